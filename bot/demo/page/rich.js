/** Formatted text as nodes: entities with UTF-16 offsets, which is how JavaScript counts as well. */

import { h } from "./dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

/** Only these may be opened; anything else is shown as text. */
export function safeLink(url) {
  return /^https?:\/\//i.test(url) ? url : /^(t\.me|telegram\.org)\//i.test(url) ? `https://${url}` : null;
}

/** The payload of a link that starts this bot, null for other links. */
export function startPayload(url, botName) {
  const match = /^(?:https?:\/\/)?(?:t\.me|telegram\.me)\/([A-Za-z0-9_]+)\/?(?:\?(.*))?$/i.exec(url) ?? /^tg:\/\/resolve\?(.*)$/i.exec(url);
  if (!match) return null;
  const query = new URLSearchParams(match.length === 3 ? match[2] ?? "" : match[1]);
  const name = match.length === 3 ? match[1] : query.get("domain");
  return name?.toLowerCase() === botName?.toLowerCase() ? query.get("start") ?? "" : null;
}

/** The nodes of a text. `act` has `command(text)` and `link(url)`. */
export function rich(text, entities, act) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, 0, text.length, sorted, act);
}

function build(text, start, end, entities, act) {
  const nodes = [];
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    const inner = [];
    index += 1;
    while (index < entities.length && entities[index].offset < to) inner.push(entities[index++]);
    if (to <= from) continue;
    if (from > at) nodes.push(text.slice(at, from));
    nodes.push(wrap(entity, text.slice(from, to), build(text, from, to, inner, act), act));
    at = to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrap(entity, inside, children, act) {
  const tag = TAGS[entity.type];
  if (tag) return h(tag, {}, children);
  switch (entity.type) {
    case "text_link":
    case "url":
      return link(entity.url ?? inside, children, act);
    case "email":
      return h("a", { href: `mailto:${inside}` }, children);
    case "bot_command":
      return h("button", { type: "button", class: "command", onclick: () => act.command(inside) }, children);
    case "mention":
    case "text_mention":
    case "hashtag":
      return h("span", { class: "mention" }, children);
    case "spoiler": {
      const node = h("span", { class: "spoiler", role: "button", tabIndex: 0 }, children);
      const show = () => node.classList.add("shown");
      node.addEventListener("click", show);
      node.addEventListener("keydown", (event) => event.key === "Enter" && show());
      return node;
    }
    default:
      return h("span", {}, children);
  }
}

function link(url, children, act) {
  const safe = safeLink(url);
  if (!safe) return h("span", { class: "mention" }, children);
  const node = h("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, children);
  node.addEventListener("click", (event) => {
    if (act.link(safe)) event.preventDefault();
  });
  return node;
}
