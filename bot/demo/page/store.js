/** What the page knows: people, chats, messages, and what each person has read. */

import { get } from "./net.js";
import { locale } from "./words.js";

const KEPT = 300;

export const state = { round: 0, bot: {}, descriptions: {}, cast: [], people: new Map(), groupId: 0, chats: new Map(), process: {}, weather: {}, lastEvent: 0, tour: [], coming: [] };
const read = new Map();
const listeners = new Set();

/** Be told of changes: `(kind, detail)`. */
export function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tell(kind, detail = {}) {
  for (const listener of listeners) listener(kind, detail);
}

/** Take over everything from the server. */
export async function load() {
  const fresh = await get("/demo/state");
  Object.assign(state, { round: fresh.round, bot: fresh.bot, descriptions: fresh.descriptions, cast: fresh.cast, groupId: fresh.group_id, process: fresh.process, weather: fresh.weather, lastEvent: fresh.last_event, now: fresh.now, zone: fresh.zone });
  state.people = new Map(fresh.people.map((person) => [person.id, person]));
  state.chats = new Map(fresh.chats.map((chat) => [chat.id, { ...chat, messages: new Map() }]));
  await Promise.all([...state.chats.keys()].map(loadMessages));
  const kept = JSON.parse(sessionStorage.getItem("read") ?? "{}");
  read.clear();
  if (kept.round === state.round) for (const [key, value] of kept.read) read.set(key, value);
}

async function loadMessages(chatId) {
  const messages = await get(`/demo/chats/${chatId}/messages?last=${KEPT}`);
  state.chats.get(chatId).messages = new Map(messages.map((message) => [message.message_id, message]));
}

/** Ask again what a chat is: members, pins, blocks. */
export async function refreshChats() {
  const fresh = await get("/demo/chats");
  for (const chat of fresh) {
    const known = state.chats.get(chat.id);
    state.chats.set(chat.id, { ...chat, messages: known?.messages ?? new Map() });
    if (!known) await loadMessages(chat.id);
  }
}

/** Keep a new or changed message. */
export function keep(message) {
  const chat = state.chats.get(message.chat.id);
  if (!chat) return;
  chat.messages.set(message.message_id, message);
  if (chat.messages.size > KEPT) chat.messages.delete(chat.messages.keys().next().value);
}

export function forget(chatId, messageId) {
  state.chats.get(chatId)?.messages.delete(messageId);
}

/** The managers, those first who speak the language of the page. */
export function managers() {
  const strange = (member) => Number(!locale().startsWith(member.language_code.slice(0, 2)));
  return state.cast.filter((member) => member.role === "manager").sort((one, other) => strange(one) - strange(other));
}

export const admin = () => state.cast.find((member) => member.role === "admin");

export function nameOf(user) {
  if (!user) return "";
  if (user.is_bot) return user.first_name;
  const member = state.cast.find((one) => one.id === user.id);
  return member?.name ?? [user.first_name, user.last_name].filter(Boolean).join(" ");
}

const key = (personId, chatId) => `${personId}:${chatId}`;

/** How many messages of a chat somebody has not seen. */
export function unread(personId, chatId) {
  const seen = read.get(key(personId, chatId)) ?? 0;
  let count = 0;
  for (const message of state.chats.get(chatId)?.messages.values() ?? []) {
    if (message.message_id > seen && message.from.id !== personId) count += 1;
  }
  return count;
}

/** Somebody looks at a chat. */
export function markRead(personId, chatId) {
  const last = Math.max(0, ...(state.chats.get(chatId)?.messages.keys() ?? []));
  if ((read.get(key(personId, chatId)) ?? 0) >= last) return;
  read.set(key(personId, chatId), last);
  sessionStorage.setItem("read", JSON.stringify({ round: state.round, read: [...read] }));
  tell("read");
}
