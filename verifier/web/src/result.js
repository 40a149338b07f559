/** How a result looks: elements made of text alone, so that nothing signed or fetched can become markup. */
import { STATES } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  good: "M5 13l4.5 4.5L19 7",
  bad: "M6 6l12 12M18 6L6 18",
  wait: "M12 5v8M12 17.5v.5",
  unknown: "M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.1-1.5 2.3M12 18v.5",
  busy: "M12 5a7 7 0 1 1-7 7",
};

/** An element with attributes and children; a child that is text stays text. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The head of a result: icon, word, sentence, and the reason where there is one. */
export function banner(state, reason = "") {
  const [tone, word, zh, en] = STATES[state];
  const head = element("section", { class: "state", "data-state": state, "data-tone": tone }, icon(tone));
  head.append(element("h1", {}, word), element("p", { lang: "zh-CN" }, zh), element("p", { lang: "en" }, en));
  if (reason) head.append(element("p", { class: "reason", lang: "en" }, reason));
  return head;
}

/** What stands while a check runs. */
export function busy() {
  return element("section", { class: "state", "data-state": "checking", "data-tone": "busy" }, icon("busy"),
    element("h1", {}, "正在核验 Checking"));
}

/** Labels with their values; rows are `[key, label, value]`. */
export function fields(rows) {
  return element("dl", { class: "fields" }, ...rows.map(([key, label, value]) =>
    element("div", {}, element("dt", {}, label), element("dd", { "data-field": key }, value))));
}

/** A list of remarks. */
export function notes(lines) {
  return element("ul", { class: "notes" }, ...lines.map((line) => element("li", {}, line)));
}

function icon(tone) {
  const svg = document.createElementNS(SVG, "svg");
  const stroke = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  stroke.setAttribute("d", ICONS[tone]);
  svg.append(stroke);
  return svg;
}
