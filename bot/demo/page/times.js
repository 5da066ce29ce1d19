/** The demo's time, and how moments are written. Everything in the zone of the demo. */

import { locale, words } from "./words.js";

let ahead = 0;
let zone = "Asia/Shanghai";

/** Take over the time the server told. */
export function setTime(iso, zoneName = zone) {
  ahead = new Date(iso).getTime() - Date.now();
  zone = zoneName;
}

/** The present moment of the demo. */
export function now() {
  return new Date(Date.now() + ahead);
}

function write(date, options) {
  return new Intl.DateTimeFormat(locale(), { timeZone: zone, hourCycle: "h23", ...options }).format(date);
}

export const hourMinute = (date) => write(date, { hour: "2-digit", minute: "2-digit" });
export const longDay = (date) => write(date, { year: "numeric", month: "short", day: "numeric", weekday: "short" });
export const shortDay = (date) => write(date, { month: "long", day: "numeric", weekday: "short" });

/** "2026-11-23" in the demo's zone. */
export function dayKey(date) {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(date);
}

/** "tomorrow 07:00". */
export function comingMoment(date) {
  const days = Math.round((Date.parse(dayKey(date)) - Date.parse(dayKey(now()))) / 86_400_000);
  const day = days === 0 ? words().today : days === 1 ? words().tomorrow : shortDay(date);
  return `${day} ${hourMinute(date)}`;
}

/** What an input of type datetime-local wants, one minute from now. */
export function inputMoment() {
  const soon = new Date(now().getTime() + 60_000);
  return `${dayKey(soon)}T${new Intl.DateTimeFormat("sv-SE", { timeZone: zone, timeStyle: "short" }).format(soon)}`;
}
