/** One message as a bubble, or as a line of the chat itself. */

import { h, icon, iconButton } from "./dom.js";
import { rich, safeLink } from "./rich.js";
import { nameOf } from "./store.js";
import { hourMinute } from "./times.js";
import { words } from "./words.js";

/** What a message says in one line. */
export function summary(message) {
  const t = words();
  const text = message.text ?? message.caption;
  if (message.photo) return text ? `${t.photo} · ${text}` : t.photo;
  if (message.document) return message.document.file_name ?? t.file;
  return (text ?? "").replace(/\s+/g, " ").slice(0, 120);
}

/** What the chat reports by itself, or null for an ordinary message. */
function report(message) {
  const t = words();
  if (message.new_chat_members) return t.joined(message.new_chat_members.map(nameOf).join("、"));
  if (message.left_chat_member) return t.left(nameOf(message.left_chat_member));
  if (message.pinned_message) return t.pinnedBy(nameOf(message.from));
  if (message.forum_topic_created) return t.founded(message.forum_topic_created.name);
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return t.migrated;
  return null;
}

/**
 * The node of a message as `personId` sees it. `act` carries out what is tapped:
 * command(text), link(url), press(message, button, node), enlarge(message), reply(message), edit(message), find(id).
 */
export function bubble(message, personId, act) {
  const said = report(message);
  if (said !== null) return h("div", { class: "service", "data-id": message.message_id }, said);
  const own = message.from.id === personId;
  const t = words();
  const date = new Date(message.date * 1000);
  const inner = [];
  if (!own && message.chat.type !== "private") {
    const sender = h("span", { class: "sender" }, nameOf(message.from));
    sender.style.color = message.from.is_bot ? "var(--accent)" : `var(--sender-${message.from.id % 7})`;
    inner.push(sender);
  }
  if (message.reply_to_message && !message.reply_to_message.forum_topic_created) inner.push(quote(message.reply_to_message, act));
  const text = message.text ?? message.caption;
  if (message.photo) inner.push(photo(message, act, !text));
  if (message.document) inner.push(documentLine(message.document));
  if (text) inner.push(h("span", { class: "text" }, rich(text, message.entities ?? message.caption_entities, act)));
  const edited = message.edit_date ? `${t.edited} ` : "";
  if (text || message.document || message.photo) inner.push(h("span", { class: text || message.document ? "meta" : "meta over" }, edited, h("time", { dateTime: date.toISOString() }, hourMinute(date))));
  inner.push(iconButton("reply", t.reply, () => act.reply(message), "act"));
  if (own && message.text) inner.push(iconButton("edit", t.edit, () => act.edit(message), "act second"));
  const node = h("div", { class: `message${own ? " out" : ""}${message.photo ? " pictured" : ""}`, "data-id": message.message_id }, h("div", { class: "bubble" }, inner));
  if (message.reply_markup?.inline_keyboard) node.append(keyboard(message, act));
  return node;
}

function quote(replied, act) {
  return h("button", { type: "button", class: "reply", onclick: () => act.find(replied.message_id) }, h("b", {}, nameOf(replied.from)), h("span", {}, summary(replied)));
}

function photo(message, act, alone) {
  const size = message.photo.at(-1);
  const image = h("img", { src: `/demo/files/${size.file_id}`, alt: message.caption ?? words().photo, width: size.width, height: size.height });
  return h("button", { type: "button", class: `photo${alone ? " alone" : ""}`, "aria-label": `${words().enlarge}: ${message.caption ?? ""}`.slice(0, 120), onclick: () => act.enlarge(message) }, image);
}

function documentLine(file) {
  const kilobytes = file.file_size / 1024;
  const size = kilobytes < 1024 ? `${Math.max(1, Math.round(kilobytes))} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
  return h("a", { class: "document", href: `/demo/files/${file.file_id}`, download: file.file_name ?? "file" },
    h("span", { class: "disc" }, icon("file")), h("span", {}, h("b", {}, file.file_name ?? words().file), h("small", {}, `${size} · ${words().download}`)));
}

function keyboard(message, act) {
  const rows = message.reply_markup.inline_keyboard.map((row) => h("div", { class: "row" }, row.map((button) => keyOf(message, button, act))));
  return h("div", { class: "keys" }, rows);
}

function keyOf(message, button, act) {
  if (button.url) {
    const safe = safeLink(button.url);
    const node = h("a", { class: "key", href: safe ?? "#", target: "_blank", rel: "noopener noreferrer" }, button.text, icon("out"));
    node.addEventListener("click", (event) => {
      if (!safe || act.link(safe)) event.preventDefault();
    });
    return node;
  }
  const node = h("button", { type: "button", class: "key" }, button.text);
  node.addEventListener("click", () => act.press(message, button, node));
  return node;
}
