/** The row of phones: as many as the width takes, and a switcher for all of them. */

import { face, h } from "./dom.js";
import { Phone } from "./phone.js";
import { admin, listen, managers, nameOf, state, unread } from "./store.js";
import { words } from "./words.js";

const NARROWEST = 262;
const GAP = 12;

export class Phones {
  constructor(row, switcher) {
    this.row = row;
    this.switcher = switcher;
    this.phones = [];
    const [first, second] = managers();
    const member = state.chats.get(state.groupId)?.members.includes(first.id) ? first.id : admin().id;
    this.seats = [
      { personId: first.id, chatId: first.id },
      { personId: second.id, chatId: second.id },
      { personId: admin().id, chatId: admin().id },
      { personId: member, chatId: state.groupId },
    ];
    this.order = this.seats.slice();
    new ResizeObserver(() => this.arrange()).observe(row);
    listen((kind) => ["message", "read", "chat"].includes(kind) && this.drawSwitcher());
    this.arrange();
  }

  fitting() {
    const width = this.row.clientWidth;
    return Math.max(1, Math.min(this.seats.length, Math.floor((width + GAP) / (NARROWEST + GAP))));
  }

  arrange(force = false) {
    const count = this.fitting();
    const wanted = this.seats.filter((seat) => this.order.slice(0, count).includes(seat));
    if (!force && wanted.length === this.phones.length && wanted.every((seat, at) => this.phones[at].seat === seat)) return;
    const kept = new Map(this.phones.map((phone) => [phone.seat, phone]));
    this.phones = wanted.map((seat) => kept.get(seat) ?? new Phone(seat, (person, from) => this.openPrivate(person, from), () => this.drawSwitcher()));
    for (const [seat, phone] of kept) if (!wanted.includes(seat)) phone.end();
    this.row.replaceChildren(...this.phones.map((phone) => phone.node));
    for (const phone of this.phones) if (!kept.has(phone.seat)) phone.scrollToEnd();
    for (const phone of this.phones) phone.seen();
    this.drawSwitcher();
  }

  /** Bring a seat into view, and say its phone. */
  bring(seat) {
    this.order = [seat, ...this.order.filter((other) => other !== seat)];
    this.arrange();
    return this.phones.find((phone) => phone.seat === seat);
  }

  /** The phone of a person showing the private chat, or the group. */
  phoneOf(personId, chatId = personId) {
    const seat = this.seats.find((one) => one.personId === personId && one.chatId === chatId)
      ?? this.seats.find((one) => one.personId === personId && (chatId > 0) === (one.chatId > 0)) ?? this.seats[0];
    const phone = this.bring(seat);
    if (seat.personId !== personId || seat.chatId !== chatId) phone.show(personId, chatId);
    return phone;
  }

  openPrivate(personId, from) {
    const shown = this.phones.find((phone) => phone.seat.personId === personId && phone.isPrivate);
    if (shown) return shown.greet();
    if (this.phones.length === 1) {
      const seat = this.seats.find((one) => one.personId === personId && one.chatId === personId);
      if (seat) return this.bring(seat);
    }
    from.show(personId, personId);
    return from;
  }

  drawSwitcher() {
    const t = words();
    this.switcher.hidden = this.phones.length === this.seats.length;
    this.switcher.setAttribute("aria-label", t.chats);
    this.switcher.replaceChildren(...this.seats.map((seat) => {
      const member = state.cast.find((one) => one.id === seat.personId);
      const inGroup = seat.chatId < 0;
      const shown = this.phones.some((phone) => phone.seat === seat);
      const count = shown ? 0 : unread(seat.personId, seat.chatId);
      const label = inGroup ? t.group : member?.name ?? nameOf(state.people.get(seat.personId));
      return h("button", { type: "button", class: "seat", "aria-pressed": String(shown), onclick: () => this.bring(seat) },
        face(label, seat.personId, inGroup ? "group" : "", true), label, count ? h("span", { class: "badge", "aria-label": t.unread(count) }, count) : null);
    }));
  }

  redraw() {
    for (const phone of this.phones) phone.draw();
    this.drawSwitcher();
  }
}
