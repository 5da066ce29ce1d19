/** The bar on top: what this is, what time it is, and how to move on. */

import { alertBox, askMoment, confirmBox } from "./dialogs.js";
import { h, icon, iconButton } from "./dom.js";
import { post } from "./net.js";
import { listen, state } from "./store.js";
import { hourMinute, inputMoment, longDay, now, setTime } from "./times.js";
import { changeLanguage, words } from "./words.js";

/** Move the clock: {seconds}, {step} or {to}. */
export async function moveClock(step) {
  try {
    setTime((await post("/demo/clock", step)).now);
  } catch (failure) {
    alertBox(step.to ? `${words().onlyForward}. ${failure.message}` : words().nothingPlanned, words().clock);
  }
}

export class Bar {
  constructor(node, redraw, togglePanel) {
    this.node = node;
    this.redraw = redraw;
    this.togglePanel = togglePanel;
    listen((kind) => ["process", "clock"].includes(kind) && this.tick());
    setInterval(() => this.tick(), 1000);
    this.draw();
  }

  draw() {
    const t = words();
    this.time = h("strong", {});
    this.day = h("span", {});
    this.health = h("span", { class: "health", role: "status" });
    const step = (label, body, main) => h("button", { type: "button", class: `pill${main ? " main" : ""}`, onclick: () => this.move(body) }, label);
    const short = t.language === "English" ? "EN" : "中";
    const dark = document.documentElement.dataset.theme === "dark";
    this.panelButton = h("button", { type: "button", class: "pill", "aria-controls": "panel", onclick: this.togglePanel }, icon("flag"), t.tour);
    this.node.replaceChildren(
      h("div", { class: "brand" }, h("img", { src: "/page/icon.svg", alt: "" }), h("div", {}, h("h1", {}, t.title), h("p", {}, t.subtitle)), this.health),
      h("div", { class: "time", role: "group", "aria-label": t.clock },
        h("div", { class: "now" }, this.time, this.day),
        h("div", { class: "steps" }, step(t.next, { step: "next" }, true), step(t.minutes10, { seconds: 600 }), step(t.hour, { seconds: 3600 }),
          step(t.morning, { step: "morning" }), step(t.cohort, { step: "cohort" }),
          h("button", { type: "button", class: "pill", onclick: () => this.choose() }, t.date))),
      h("div", { class: "tools" }, this.panelButton,
        h("button", { type: "button", class: "round", title: t.language, "aria-label": `${short} · ${t.language}`, onclick: () => { changeLanguage(); this.redraw(); } }, short),
        iconButton(dark ? "sun" : "moon", dark ? t.light : t.dark, () => this.theme(dark ? "light" : "dark")),
        iconButton("reset", t.reset, () => this.reset())));
    this.tick();
    this.panelState();
  }

  panelState() {
    this.panelButton.setAttribute("aria-expanded", String(!document.getElementById("desk").classList.contains("no-panel")));
  }

  tick() {
    const moment = now();
    this.time.textContent = hourMinute(moment);
    this.day.textContent = longDay(moment);
    const { state: health } = state.process;
    this.health.dataset.state = health;
    const said = words()[health];
    if (this.health.textContent !== said) this.health.textContent = said;
  }

  async move(step) {
    for (const button of this.node.querySelectorAll(".steps button")) button.disabled = true;
    await moveClock(step);
    for (const button of this.node.querySelectorAll(".steps button")) button.disabled = false;
    this.tick();
  }

  async choose() {
    const moment = await askMoment(inputMoment());
    if (moment) this.move({ to: moment });
  }

  theme(name) {
    localStorage.setItem("theme", name);
    document.documentElement.dataset.theme = name;
    this.draw();
  }

  async reset() {
    if (await confirmBox(words().resetQuestion, words().reset)) await post("/demo/reset").catch((failure) => alertBox(failure.message));
  }
}
