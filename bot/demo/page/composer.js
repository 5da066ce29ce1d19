/** Where a person writes: text, files, the command menu, replies and edits. */

import { summary } from "./bubble.js";
import { h, icon, iconButton } from "./dom.js";
import { get } from "./net.js";
import { words } from "./words.js";

const identifiers = { next: 1 };

/** The writing line of one phone. `act` has send({text, replyTo, edits}), file(file) and where() → {personId, chatId}. */
export class Composer {
  constructor(act) {
    this.act = act;
    this.context = null;
    this.chosen = -1;
    const t = words();
    const id = `commands-${identifiers.next++}`;
    this.list = h("div", { class: "commands", role: "listbox", id, hidden: true, "aria-label": t.commands });
    this.input = h("textarea", { rows: 1, placeholder: t.write, "aria-label": t.write, "aria-controls": id, enterKeyHint: "send", oninput: () => this.suggest(), onkeydown: (event) => this.key(event) });
    this.picker = h("input", { type: "file", hidden: true, onchange: () => this.pick() });
    this.note = h("div", { class: "context", hidden: true });
    this.menu = iconButton("menu", t.commands, () => this.toggle(), "round menu");
    this.menu.setAttribute("aria-expanded", "false");
    this.node = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      this.note, this.menu, this.input, iconButton("attach", t.attach, () => this.picker.click()),
      h("button", { class: "round send", title: t.send, "aria-label": t.send }, icon("send")), this.picker, this.list);
    this.node.addEventListener("focusout", (event) => { if (!this.node.contains(event.relatedTarget)) this.hide(); });
  }

  /** Put a text there for the person to send. */
  fill(text) {
    this.input.value = text;
    this.grow();
    this.input.focus();
  }

  reply(message) {
    this.setContext({ reply: message }, `${words().reply}: `, summary(message));
  }

  edit(message) {
    this.setContext({ edits: message }, `${words().editing}: `, summary(message));
    this.fill(message.text);
  }

  setContext(context, label, text) {
    this.context = context;
    this.note.hidden = context === null;
    this.note.replaceChildren();
    if (context) {
      this.note.append(h("span", {}, h("b", {}, label), text), iconButton("close", words().cancel, () => this.setContext(null)));
      this.input.focus();
    }
  }

  async submit() {
    const text = this.input.value;
    if (!text.trim()) return;
    const context = this.context;
    this.input.value = "";
    this.grow();
    this.hide();
    this.setContext(null);
    const sent = await this.act.send({ text, replyTo: context?.reply?.message_id, edits: context?.edits?.message_id });
    if (!sent && !this.input.value) this.fill(text);
  }

  pick() {
    const [file] = this.picker.files;
    this.picker.value = "";
    if (file) this.act.file(file, this.context?.reply?.message_id);
    this.setContext(null);
  }

  key(event) {
    if (!this.list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.choose(this.chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Escape") {
      this.hide();
      this.setContext(null);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      const picked = this.list.hidden ? null : this.list.children[this.chosen];
      if (picked) picked.click();
      else this.submit();
    }
  }

  async toggle() {
    if (!this.list.hidden) return this.hide();
    await this.showCommands("");
    this.list.querySelector("button")?.focus();
  }

  suggest() {
    this.grow();
    const typed = /^\/([a-z0-9_]*)$/.exec(this.input.value);
    if (typed) this.showCommands(typed[1]);
    else this.hide();
  }

  async showCommands(beginning) {
    const { personId, chatId } = this.act.where();
    const commands = (await get(`/demo/chats/${chatId}/menu?person=${personId}`)).filter((one) => one.command.startsWith(beginning));
    if (!commands.length && beginning) return this.hide();
    this.list.replaceChildren(...commands.map((one) => h("button", { type: "button", role: "option", "aria-selected": "false", onclick: () => this.take(one.command), onkeydown: (event) => this.walk(event) },
      h("b", {}, `/${one.command}`), h("span", {}, one.description))));
    if (!commands.length) this.list.append(h("p", {}, words().noCommands));
    this.list.hidden = false;
    this.menu.setAttribute("aria-expanded", "true");
    this.chosen = -1;
  }

  walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      this.hide();
      this.menu.focus();
    } else if (step) {
      event.preventDefault();
      const options = [...this.list.querySelectorAll("button")];
      options.at((options.indexOf(event.target) + step) % options.length).focus();
    }
  }

  choose(index) {
    const options = [...this.list.querySelectorAll("button")];
    if (!options.length) return;
    this.chosen = (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.chosen)));
    options[this.chosen].scrollIntoView({ block: "nearest" });
  }

  take(command) {
    this.hide();
    this.input.value = "";
    this.grow();
    this.act.send({ text: `/${command}` });
    this.input.focus();
  }

  hide() {
    this.list.hidden = true;
    this.menu.setAttribute("aria-expanded", "false");
    this.chosen = -1;
  }

  grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }
}
