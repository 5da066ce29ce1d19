/** The page, put together. */

import { Bar } from "./bar.js";
import { calmly } from "./dom.js";
import { follow, get } from "./net.js";
import { drawer, Panel } from "./panel.js";
import { takeIn } from "./phone.js";
import { Phones } from "./phones.js";
import { load, refreshChats, state, tell } from "./store.js";
import { setTime } from "./times.js";
import { locale, words } from "./words.js";

const desk = document.getElementById("desk");
const asked = new URLSearchParams(location.search);
const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
document.documentElement.dataset.theme = asked.get("theme") ?? localStorage.getItem("theme") ?? dark;

function dress() {
  document.documentElement.lang = locale();
  document.title = words().title;
}

async function begin() {
  dress();
  await load();
  setTime(state.now, state.zone);
  desk.classList.toggle("no-panel", drawer.matches || asked.get("panel") === "no");
  const phones = new Phones(document.getElementById("phones"), document.getElementById("switcher"));
  const redraw = () => {
    dress();
    bar.draw();
    panel.draw();
    phones.redraw();
  };
  const togglePanel = () => {
    desk.classList.toggle("no-panel");
    bar.panelState();
    phones.arrange();
    if (!desk.classList.contains("no-panel") && drawer.matches) document.querySelector(".close-panel").focus();
  };
  const panel = new Panel(document.getElementById("panel"), phones, togglePanel);
  const bar = new Bar(document.getElementById("bar"), redraw, togglePanel);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !desk.classList.contains("no-panel") && drawer.matches) {
      togglePanel();
      bar.panelButton.focus();
    }
  });
  document.addEventListener("visibilitychange", () => phones.phones.forEach((phone) => phone.seen()));
  listenToServer(phones);
  watchProcess();
}

function listenToServer(phones) {
  const chats = calmly(async () => {
    await refreshChats();
    tell("chat");
  }, 60);
  follow(state.lastEvent, (kind, detail) => {
    if (kind === "reset") return beginAnew();
    takeIn(kind, detail);
    if (kind === "clock") setTime(detail.now);
    if (kind === "chat" || kind === "migrated" || startsChat(kind, detail)) chats();
    if (kind === "bot") askProcess();
    tell(kind, detail);
  }, async () => {
    // The server was away: what happened meanwhile is fetched, or a new demo has begun.
    const fresh = await get("/demo/state").catch(() => null);
    if (!fresh || fresh.round !== state.round || fresh.last_event < state.lastEvent) return location.reload();
    await load();
    phones.redraw();
  });
}

const startsChat = (kind, detail) => kind === "message" && detail.message.text?.startsWith("/start");

async function askProcess() {
  const fresh = await get("/demo/state").catch(() => state);
  Object.assign(state, { process: fresh.process, descriptions: fresh.descriptions });
  tell("process");
  if (state.process.state !== "running") watchProcess();
}

let watching = 0;
function watchProcess() {
  clearTimeout(watching);
  if (state.process.state !== "running") watching = setTimeout(askProcess, 700);
}

function beginAnew() {
  sessionStorage.removeItem("read");
  location.reload();
}

begin();
