/** Building the page out of nodes. Texts become text nodes: nothing anybody typed is ever read as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** An element with properties, listeners (`onclick`…), attributes (`aria-…`, `data-…`) and children. */
export function h(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name.includes("-") || name === "role" || name === "for") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  send: "M4 12 20 4l-5 16-3.5-6.5z M11.5 13.5 20 4",
  attach: "m20 11-8.2 8.2a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8l-8.1 8.1a1.7 1.7 0 0 1-2.4-2.4L14.5 7",
  menu: "M5 7h14 M5 12h14 M5 17h14",
  close: "m6 6 12 12 M18 6 6 18",
  reply: "m9 7-5 5 5 5 M4 12h9a7 7 0 0 1 7 7",
  edit: "m4 20 1-5L16 4l4 4L9 19z",
  file: "M7 3h7l5 5v13H7z M14 3v5h5",
  down: "m6 10 6 6 6-6",
  out: "M8 16 16 8 M9 8h7v7",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8 M12 3v2 M12 19v2 M3 12h2 M19 12h2 M5.6 5.6 7 7 M17 17l1.4 1.4 M5.6 18.4 7 17 M17 7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5",
  slow: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16 M12 8v4l3 2",
  cut: "M4 4l16 16 M8.5 15.5a5 5 0 0 1 5-1.3 M5 12a10 10 0 0 1 4-2.4 M19 12a10 10 0 0 0-5-2.7 M12 19h.01",
  jam: "M8 3h8v18H8z M12 7h.01 M12 12h.01 M12 17h.01",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  reset: "M4 12a8 8 0 1 1 2.5 5.8 M4 18v-4h4",
  flag: "M6 21V4 M6 4h11l-2 4 2 4H6",
  more: "M12 6h.01 M12 12h.01 M12 18h.01",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7 M2.5 20a6.5 6.5 0 0 1 13 0 M16 4.5a3.5 3.5 0 0 1 0 6.5 M18 14.5a6.5 6.5 0 0 1 3.5 5.5",
  ban: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16 M6.5 6.5l11 11",
  tick: "m5 12.5 4.5 4.5L19 7.5",
};

/** A small drawing, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A round button with a drawing and a name for those who cannot see it. */
export function iconButton(name, label, onclick, className = "round") {
  return h("button", { type: "button", class: className, title: label, "aria-label": label, onclick }, icon(name));
}

/** The round picture of a person, a group or the bot. */
export function face(name, id, kind = "", small = false) {
  const drawn = kind === "bot" ? icon("tick") : kind === "group" ? icon("people") : [...name][0] ?? "?";
  const tone = kind === "bot" ? "bot" : `tone-${Math.abs(id) % 7}`;
  return h("span", { class: `face ${tone}${small ? " small" : ""}`, "aria-hidden": "true" }, drawn);
}

/** Calls at most once in so many milliseconds, and once more after the last call. */
export function calmly(action, milliseconds) {
  let timer = 0;
  return () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = 0;
      action();
    }, milliseconds);
  };
}
