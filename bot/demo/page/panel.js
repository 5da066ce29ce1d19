/** The side panel: the tour, what the bot will do next, the weather, and the wire. */

import { moveClock } from "./bar.js";
import { alertBox } from "./dialogs.js";
import { calmly, h, icon, iconButton } from "./dom.js";
import { get, post } from "./net.js";
import { admin, listen, managers, state, tell } from "./store.js";
import { comingMoment, dayKey, now } from "./times.js";
import { comingText, words } from "./words.js";

const WEATHERS = [["fine", "sun"], ["slow", "slow"], ["down", "cut"], ["limited", "jam"]];
const LINES = 8;
const PATIENCE_MS = 5_000;

/** Whether the window is so narrow that the panel is a drawer over the phones: as in panel.css. */
export const drawer = matchMedia("(max-width: 1180px)");

/** Wait until the bot says something in a chat, but not for ever. */
function botSpeaks(chatId) {
  return new Promise((resolve) => {
    const stop = listen((kind, detail) => kind === "message" && detail.chat_id === chatId && detail.message.from.is_bot && done());
    const timer = setTimeout(() => done(), PATIENCE_MS);
    function done() {
      stop();
      clearTimeout(timer);
      resolve();
    }
  });
}

export class Panel {
  constructor(node, phones, close) {
    this.node = node;
    this.phones = phones;
    this.close = close;
    this.calls = [];
    const tour = calmly(() => this.askTour(), 200);
    const coming = calmly(() => this.askComing(), 3000);
    const weather = calmly(() => this.askWeather(), 800);
    listen((kind, detail) => {
      if (["message", "edit", "answer", "clock", "bot"].includes(kind)) tour();
      if (["clock", "message"].includes(kind)) coming();
      if (kind === "weather") this.showWeather(detail);
      if (kind === "process") this.drawReport();
      if (kind === "tour") {
        state.tour = detail.steps;
        this.drawTour();
      }
      if (kind === "call") {
        this.calls = [...this.calls.slice(1 - LINES), detail];
        this.drawWire();
        if (state.weather.kind !== "fine") weather();
      }
    });
    this.draw();
    this.askTour();
    this.askComing();
    setInterval(() => this.askComing(), 60_000);
  }

  draw() {
    const t = words();
    this.count = h("small", {});
    this.meter = h("i", {});
    this.steps = h("ol", { class: "tour" });
    this.coming = h("ol", { class: "coming", tabIndex: 0, "aria-label": t.coming });
    this.sky = h("div", { class: "sky", role: "group", "aria-label": t.weather });
    this.report = h("div", { class: "report", role: "status" });
    this.wire = h("ol", { class: "wire" });
    this.node.setAttribute("aria-label", t.panel);
    this.node.replaceChildren(
      iconButton("close", t.close, this.close, "round close-panel"),
      h("section", { class: "card" }, h("h2", {}, t.tour, this.count), h("div", { class: "meter" }, this.meter), this.steps),
      h("section", { class: "card" }, h("h2", {}, t.coming), this.coming),
      h("section", { class: "card" }, h("h2", {}, t.weather), h("p", {}, t.weatherHint), this.sky, this.report),
      h("section", { class: "card" }, h("h2", {}, t.wire), h("p", {}, t.wireHint), this.wire));
    this.drawTour();
    this.drawComing();
    this.drawSky();
    this.drawWire();
  }

  // Tour

  async askTour() {
    state.tour = await get("/demo/tour").catch(() => state.tour);
    this.drawTour();
  }

  drawTour() {
    const t = words();
    const done = state.tour.filter((one) => one.done).length;
    const next = state.tour.find((one) => !one.done)?.step;
    const [first, second] = managers();
    const names = { first: first.name, second: second.name, admin: admin().name };
    const drawn = JSON.stringify([state.tour, t.tour]);
    if (this.drawn === drawn && this.steps.childElementCount) return;
    this.drawn = drawn;
    this.count.textContent = `${done}/${state.tour.length || 8}`;
    this.meter.style.width = `${(100 * done) / 8}%`;
    this.steps.replaceChildren(...state.tour.map(({ step, done: ready }) => {
      const [title, how] = t.steps[step];
      const said = how.replace(/\{(\w+)\}/g, (_, who) => names[who]);
      return h("li", { class: ready ? "done" : step === next ? "next" : "", "data-step": step }, h("div", {}, title,
        ready ? h("span", { class: "unseen" }, " ✓") : null,
        h("div", { class: "how" }, h("p", {}, said), h("button", { type: "button", class: "pill", onclick: () => this.lead(step) }, t.show))));
    }));
    if (done === 8) this.steps.append(h("li", { class: "next" }, h("div", {}, t.tourDone)));
  }

  /** Do a step's beginning for the newcomer; the rest is theirs. */
  async lead(step) {
    const { samples } = words();
    const [first, second] = managers();
    if (drawer.matches) this.close();
    const write = (person, text) => this.phones.phoneOf(person.id).composer.fill(text);
    switch (step) {
      case "buttons": return write(first, samples.checkIn);
      case "paste": return write(second, samples.paste);
      case "orders": return write(first, samples.orders);
      case "reminder": return moveClock({ to: this.moment("20:00:05") });
      case "board": {
        this.phones.phoneOf(first.id, state.groupId);
        return moveClock({ to: this.moment("08:06:00") });
      }
      case "cohort": return write(admin(), samples.cohort);
      case "stats": return write(admin(), samples.stats);
      case "crash": {
        const began = this.phones.phoneOf(first.id);
        await began.send({ text: samples.checkIn });
        await botSpeaks(first.id);
        return this.kill();
      }
    }
  }

  moment(wall) {
    const today = `${dayKey(now())}T${wall}+08:00`;
    if (new Date(today) > now()) return today;
    return `${dayKey(new Date(now().getTime() + 86_400_000))}T${wall}+08:00`;
  }

  // Timeline

  async askComing() {
    state.coming = await get("/demo/timeline").catch(() => state.coming);
    this.drawComing();
  }

  drawComing() {
    const t = words();
    this.coming.replaceChildren(...state.coming.slice(0, 20).map((one) => h("li", {},
      h("time", { dateTime: one.at }, comingMoment(new Date(one.at))), comingText(one))));
    if (!state.coming.length) this.coming.append(h("li", { class: "none" }, t.nothingComing));
  }

  // Weather

  async askWeather() {
    this.showWeather((await get("/demo/state").catch(() => state)).weather);
  }

  showWeather(weather) {
    const changed = weather.kind !== state.weather.kind;
    state.weather = weather;
    if (changed) this.drawSky();
    this.drawReport();
    clearTimeout(this.clearing);
    if (weather.kind !== "fine") this.clearing = setTimeout(() => this.askWeather(), 4000);
  }

  drawSky() {
    const t = words();
    this.sky.replaceChildren(
      ...WEATHERS.map(([kind, drawing]) => h("button", { type: "button", class: "pill", "aria-pressed": String(state.weather.kind === kind), onclick: () => this.change(kind) }, icon(drawing), t[kind])),
      h("button", { type: "button", class: "pill crash", onclick: () => this.kill() }, icon("bolt"), t.crash));
    this.drawReport();
  }

  drawReport() {
    const t = words();
    const { kind, struck, waiting_updates: waiting } = state.weather;
    const again = state.process.starts - 1;
    const told = kind === "fine" && again > 0 ? t.again(again) : t.struck[kind];
    this.report.className = `report ${kind === "fine" ? "good" : kind === "down" ? "bad" : "warn"}`;
    this.report.replaceChildren(typeof told === "function" ? told(struck) : told ?? "", kind !== "fine" && waiting ? t.waiting(waiting) : "");
    if (state.process.state === "away" || (state.process.state === "starting" && again > 0)) {
      this.report.className = "report bad";
      this.report.replaceChildren(state.process.log ? t.fell : t.crashed, state.process.log ? h("pre", { tabIndex: 0 }, state.process.log) : "");
    }
  }

  async change(kind) {
    this.showWeather(await post("/demo/weather", { kind }).catch(() => state.weather));
  }

  async kill() {
    try {
      state.process = await post("/demo/bot/kill");
      tell("process");
    } catch (failure) {
      alertBox(`${words().failed}: ${failure.message}`, words().weather);
    }
  }

  // Wire

  drawWire() {
    this.wire.replaceChildren(...this.calls.toReversed().map((call) => h("li", {}, h("span", {}, call.method),
      h("span", { class: call.status === 200 ? "ok" : "no" }, call.status ?? words().outcomes[call.outcome]))));
  }
}
