/** What stands over the page: alerts, questions, an enlarged picture. */

import { h, iconButton } from "./dom.js";
import { words } from "./words.js";

const overlays = document.getElementById("overlays");

function show(dialog) {
  overlays.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  return dialog;
}

/** Something to be read and confirmed. */
export function alertBox(text, title = words().bot) {
  const dialog = h("dialog", { "aria-label": title }, h("h2", {}, title), h("p", {}, text));
  dialog.append(h("div", { class: "row" }, h("button", { type: "button", class: "pill main", onclick: () => dialog.close() }, words().ok)));
  show(dialog);
}

/** A yes or no. */
export function confirmBox(question, yes) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { "aria-label": question }, h("p", {}, question));
    dialog.append(h("div", { class: "row" },
      h("button", { type: "button", class: "pill", onclick: () => dialog.close("") }, words().cancel),
      h("button", { type: "button", class: "pill main", onclick: () => dialog.close("yes") }, yes)));
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
    show(dialog);
  });
}

/** A moment to go to, as the input writes it; null when cancelled. */
export function askMoment(earliest) {
  return new Promise((resolve) => {
    const input = h("input", { type: "datetime-local", value: earliest, min: earliest, required: true, "aria-label": words().moment });
    const dialog = h("dialog", { "aria-label": words().moment });
    const form = h("form", { method: "dialog" }, h("h2", {}, words().moment), h("p", {}, words().momentHint), input, h("div", { class: "row" },
      h("button", { type: "button", class: "pill", onclick: () => dialog.close("") }, words().cancel),
      h("button", { class: "pill main", value: "go" }, words().go)));
    dialog.append(form);
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "go" ? input.value : null));
    show(dialog);
  });
}

/** A picture in its full size, with the first line of what stands below it. */
export function lightbox(url, text) {
  const [caption] = text.split("\n", 1);
  const dialog = h("dialog", { class: "lightbox", "aria-label": words().photo });
  dialog.append(h("figure", {}, h("img", { src: url, alt: caption || words().photo }), h("figcaption", {}, caption)));
  dialog.append(iconButton("close", words().close, () => dialog.close()));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.tagName === "FIGURE") dialog.close();
  });
  show(dialog);
}
