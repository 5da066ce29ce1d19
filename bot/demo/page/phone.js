/** One phone: whose it is, which chat is open, what is said there. */

import { bubble, summary } from "./bubble.js";
import { Composer } from "./composer.js";
import { alertBox, lightbox } from "./dialogs.js";
import { face, h, iconButton } from "./dom.js";
import { get, post, upload } from "./net.js";
import { startPayload } from "./rich.js";
import { forget, keep, listen, markRead, nameOf, state, tell, unread } from "./store.js";
import { dayKey, shortDay } from "./times.js";
import { words } from "./words.js";

const SHOWN = 200;
const TYPING_MS = 5_500;
const PATIENCE_MS = 20_000;

export class Phone {
  /** `seat` is {personId, chatId}; `openPrivate(personId)` shows somebody's private chat elsewhere, if it can. */
  constructor(seat, openPrivate, moved) {
    this.seat = seat;
    this.openPrivate = openPrivate;
    this.moved = moved;
    this.pressed = new Map();
    this.node = h("article", { class: "phone", onpointerdown: (event) => this.composer.node.contains(event.target) || this.composer.hide() });
    this.stuck = true;
    // A pinned line or the keyboard of a real phone takes room: whoever read the end still does.
    this.watcher = new ResizeObserver(() => this.stuck && this.scrollToEnd());
    this.stop = listen((kind, detail) => this.hear(kind, detail));
    this.draw();
  }

  get chat() {
    return state.chats.get(this.seat.chatId);
  }

  get isPrivate() {
    return this.seat.chatId === this.seat.personId;
  }

  draw() {
    const t = words();
    const draft = this.composer?.input.value ?? "";
    this.node.setAttribute("aria-label", t.phone(this.owner()));
    this.log = h("div", { class: "log", role: "log", "aria-label": t.messages, tabIndex: 0, onscroll: () => this.scrolled() });
    this.watcher.disconnect();
    this.watcher.observe(this.log);
    this.toEnd = iconButton("down", t.toBottom, () => this.scrollToEnd(true), "down");
    this.toEnd.hidden = true;
    this.subtitle = h("p", {});
    this.pin = h("button", { type: "button", class: "pinned", hidden: true });
    this.tabs = h("div", { class: "chats", role: "group", "aria-label": t.chats });
    this.composer = new Composer({ send: (what) => this.send(what), file: (file, replyTo) => this.sendFile(file, replyTo), where: () => this.seat });
    this.foot = h("div", {});
    const private_ = this.isPrivate;
    const title = private_ ? nameOf(state.bot) : this.chat.title;
    this.node.replaceChildren(
      h("header", { class: "head" },
        h("div", { class: "owner" }, this.ownerSelect(), h("span", { class: "role" }, t[state.cast.find((member) => member.id === this.seat.personId)?.role] ?? ""), this.tabs),
        private_ ? face(title, state.bot.id, "bot") : face(title, this.seat.chatId, "group"),
        h("div", { class: "title" }, h("h2", {}, title), this.subtitle),
        private_ ? this.blockButton() : h("span", {})),
      this.pin,
      h("div", { class: "talk" }, this.log, this.toEnd),
      this.foot);
    this.drawTabs();
    this.drawStatus();
    this.drawPin();
    this.drawFoot();
    this.drawLog();
    if (draft) this.composer.fill(draft);
  }

  owner() {
    return state.cast.find((member) => member.id === this.seat.personId)?.name ?? nameOf(state.people.get(this.seat.personId));
  }

  ownerSelect() {
    const t = words();
    const select = h("select", { "aria-label": t.owner, onchange: () => this.show(Number(select.value), this.isPrivate ? Number(select.value) : this.seat.chatId) },
      [...new Set(state.cast.map((member) => member.role))].map((role) => h("optgroup", { label: t[role] },
        state.cast.filter((member) => member.role === role).map((member) => h("option", { value: member.id, selected: member.id === this.seat.personId }, member.name)))));
    return select;
  }

  blockButton() {
    const t = words();
    const blocked = this.chat.blocked;
    if (!this.chat.started) return h("span", {});
    return iconButton(blocked ? "reset" : "ban", blocked ? t.unblock : t.block, () => this.do("block", {}, blocked ? "unblock" : "block"));
  }

  /** Show another person or another chat on this phone. */
  show(personId, chatId) {
    if (chatId < 0 && !state.chats.get(chatId)?.members.includes(personId)) chatId = personId;
    Object.assign(this.seat, { personId, chatId });
    this.composer.input.value = "";
    this.draw();
    this.moved();
  }

  drawTabs() {
    const t = words();
    const chats = [[this.seat.personId, t.private]];
    for (const chat of state.chats.values()) {
      if (chat.type !== "private" && !chat.migrated_to && chat.members.includes(this.seat.personId)) chats.push([chat.id, t.group]);
    }
    this.tabs.replaceChildren(...chats.map(([chatId, label]) => {
      const count = chatId === this.seat.chatId ? 0 : unread(this.seat.personId, chatId);
      return h("button", { type: "button", "aria-pressed": String(chatId === this.seat.chatId), onclick: () => this.show(this.seat.personId, chatId) },
        label, count ? h("span", { class: "badge", "aria-label": t.unread(count) }, count) : null);
    }));
  }

  drawStatus(typing = false) {
    clearTimeout(this.typingTimer);
    this.subtitle.classList.toggle("typing", typing);
    const t = words();
    this.subtitle.textContent = typing ? t.typing : this.isPrivate ? t.bot : t.members(this.chat.members.length + 1);
    if (typing) this.typingTimer = setTimeout(() => this.drawStatus(), TYPING_MS);
  }

  drawPin() {
    const message = this.chat.messages.get(this.chat.pinned.at(-1));
    this.pin.hidden = !message;
    if (!message) return;
    this.pin.replaceChildren(h("span", {}, h("b", {}, words().pinned), summary(message)));
    this.pin.onclick = () => this.find(message.message_id);
  }

  drawFoot() {
    const t = words();
    if (this.isPrivate && (!this.chat.started || this.chat.blocked)) {
      const action = this.chat.blocked ? "unblock" : "start";
      this.foot.replaceChildren(h("div", { class: "composer" }, h("button", { type: "button", class: "big", onclick: () => this.do(action, {}) }, t[action])));
    } else if (this.foot.firstChild !== this.composer.node) {
      this.foot.replaceChildren(this.composer.node);
    }
  }

  drawLog() {
    const t = words();
    const messages = [...this.chat.messages.values()].slice(-SHOWN);
    this.lastDay = "";
    this.log.replaceChildren();
    if (!messages.length) {
      const hint = !this.isPrivate ? t.emptyGroup : this.chat.started ? t.emptyPrivate : this.description() || t.emptyStart;
      const role = state.cast.find((member) => member.id === this.seat.personId)?.role;
      const firsts = this.isPrivate && this.chat.started ? t.firsts[role] ?? [] : [];
      this.log.append(h("div", { class: "empty" }, h("p", {}, hint),
        h("div", { class: "firsts" }, firsts.map((text) => h("button", { type: "button", class: "key", onclick: () => this.send({ text }) }, text)))));
    }
    for (const message of messages) this.append(message);
    requestAnimationFrame(() => this.scrollToEnd());
    this.seen();
  }

  /** What the bot says of itself before anybody has pressed Start, in the owner's language. */
  description() {
    const language = state.people.get(this.seat.personId)?.language_code?.slice(0, 2);
    return state.descriptions[language] ?? state.descriptions[""];
  }

  append(message) {
    const date = new Date(message.date * 1000);
    if (dayKey(date) !== this.lastDay) {
      this.lastDay = dayKey(date);
      this.log.append(h("div", { class: "day" }, shortDay(date)));
    }
    this.log.append(this.bubble(message));
  }

  bubble(message) {
    return bubble(message, this.seat.personId, {
      command: (text) => this.send({ text }),
      link: (url) => this.follow(url),
      press: (pressed, button, node) => this.press(pressed, button, node),
      enlarge: (pictured) => this.enlarge(pictured),
      reply: (replied) => this.composer.reply(replied),
      edit: (own) => this.composer.edit(own),
      find: (id) => this.find(id),
    });
  }

  /** Come forward: somebody was sent here. */
  greet() {
    this.node.animate([{ transform: "scale(1.02)" }, {}], 300);
    this.composer.input.focus();
    return this;
  }

  find(messageId) {
    const node = this.log.querySelector(`[data-id="${messageId}"]`);
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
  }

  // What happens

  hear(kind, detail) {
    if (kind === "read" || kind === "message") this.drawTabs();
    if (kind === "answer") return this.answered(detail);
    if (kind === "process" && !this.chat.messages.size) this.drawLog();
    if (kind === "chat" || kind === "pin") {
      const shape = `${this.chat?.started}${this.chat?.blocked}`;
      if (shape !== this.shape) this.draw();
      this.shape = shape;
      this.drawTabs();
      this.drawStatus();
      this.drawPin();
      return;
    }
    const chatId = detail.chat_id;
    if (chatId !== this.seat.chatId) return;
    if (kind === "typing") this.drawStatus(true);
    if (kind === "message") this.arrive(detail.message);
    if (kind === "edit") this.replace(detail.message);
    if (kind === "delete") this.log.querySelector(`[data-id="${detail.message_id}"]`)?.remove();
  }

  arrive(message) {
    if (this.log.querySelector(`[data-id="${message.message_id}"]`)) return;
    const atEnd = this.atEnd() || message.from.id === this.seat.personId;
    this.log.querySelector(".empty")?.remove();
    this.append(message);
    while (this.log.querySelectorAll("[data-id]").length > SHOWN) this.log.firstChild.remove();
    if (message.from.is_bot) this.drawStatus();
    if (message.from.id === this.seat.personId) this.drawFoot();
    if (atEnd) this.scrollToEnd();
    else this.toEnd.hidden = false;
    this.seen();
  }

  replace(message) {
    const node = this.log.querySelector(`[data-id="${message.message_id}"]`);
    if (!node) return;
    const atEnd = this.atEnd();
    const held = node.contains(document.activeElement) ? [...node.querySelectorAll(".key")].indexOf(document.activeElement) : -1;
    const fresh = this.bubble(message);
    fresh.style.animation = "none";
    node.replaceWith(fresh);
    if (held >= 0) (fresh.querySelectorAll(".key")[held] ?? fresh.querySelector(".key") ?? this.composer.input).focus({ preventScroll: true });
    if (atEnd) this.scrollToEnd();
  }

  answered(query) {
    const node = this.pressed.get(query.query_id);
    if (!this.pressed.delete(query.query_id)) return;
    node.removeAttribute("aria-busy");
    if (query.url) this.follow(query.url);
    if (!query.text) return;
    if (query.show_alert) alertBox(query.text, nameOf(state.bot));
    else this.toast(query.text);
  }

  toast(text) {
    this.node.querySelector(".toast")?.remove();
    const node = h("div", { class: "toast", role: "status" }, text);
    this.node.append(node);
    setTimeout(() => node.remove(), 3_200 + text.length * 40);
  }

  // What the person does

  async do(action, body, instead) {
    try {
      return await post(`/demo/people/${this.seat.personId}/${instead ?? action}`, body);
    } catch (failure) {
      this.toast(`${words().failed}: ${failure.message}`);
      return null;
    }
  }

  async send({ text, replyTo, edits }) {
    const chat_id = this.seat.chatId;
    if (edits) return this.do("edit", { chat_id, message_id: edits, text });
    const message = await this.do("say", { chat_id, text, reply_to: replyTo });
    if (message) this.took(message);
    return message;
  }

  async sendFile(file, replyTo) {
    const picture = /^image\/(png|jpeg|gif)$/.test(file.type);
    try {
      this.took(await upload(`/demo/people/${this.seat.personId}/files`, file, { chat_id: this.seat.chatId, as_photo: picture, reply_to: replyTo }));
    } catch (failure) {
      this.toast(`${words().failed}: ${failure.message}`);
    }
  }

  took(message) {
    // The own message shows at once, not only when the stream brings it.
    keep(message);
    if (message.chat.id === this.seat.chatId) this.arrive(message);
  }

  async press(message, button, node) {
    if (node.getAttribute("aria-busy")) return;
    node.setAttribute("aria-busy", "true");
    const query = await this.do("press", { chat_id: this.seat.chatId, message_id: message.message_id, data: button.callback_data });
    if (!query) return node.removeAttribute("aria-busy");
    this.pressed.set(query.query_id, node);
    setTimeout(() => this.pressed.delete(query.query_id) && node.removeAttribute("aria-busy"), PATIENCE_MS);
    // The answer may have come before its number was known here.
    const answer = await get(`/demo/answers/${query.query_id}`).catch(() => null);
    if (answer?.answered) this.answered(answer);
  }

  enlarge(message) {
    lightbox(`/demo/files/${message.photo.at(-1).file_id}`, message.caption ?? "");
    post("/demo/tour/enlarged").then((steps) => tell("tour", { steps })).catch(() => null);
  }

  /** Follow a link; true when it leads to this bot. */
  follow(url) {
    const payload = startPayload(url, state.bot.username);
    if (payload === null) return false;
    const phone = this.isPrivate ? this : this.openPrivate(this.seat.personId, this);
    if (payload || !state.chats.get(this.seat.personId)?.started) phone.do("start", { payload });
    return true;
  }

  // Scrolling

  atEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 90;
  }

  scrollToEnd(smoothly = false) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smoothly ? "smooth" : "instant" });
    this.toEnd.hidden = true;
    this.stuck = true;
  }

  scrolled() {
    this.stuck = this.atEnd();
    if (this.stuck) this.toEnd.hidden = true;
    this.seen();
  }

  seen() {
    if (this.node.isConnected && document.visibilityState === "visible") markRead(this.seat.personId, this.seat.chatId);
  }

  end() {
    this.stop();
    this.watcher.disconnect();
    clearTimeout(this.typingTimer);
    this.node.remove();
  }
}

/** What the stream says about messages, taken into the store before the phones hear of it. */
export function takeIn(kind, detail) {
  if (kind === "message" || kind === "edit") keep(detail.message);
  if (kind === "delete") forget(detail.chat_id, detail.message_id);
  if (kind === "pin" && state.chats.has(detail.chat_id)) state.chats.get(detail.chat_id).pinned = detail.pinned;
}
