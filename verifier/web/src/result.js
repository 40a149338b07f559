/** How a result looks: elements made of text alone, so that nothing signed or fetched can become markup. */
import { say, toldState } from "./words.js";

export const SVG = "http://www.w3.org/2000/svg";
const BUSY = "M12 5a7 7 0 1 1-7 7";
/** The values that paper shows in Chinese first. */
const CHINESE = new Set(["name", "id_type", "programme", "level", "speciality", "issuer"]);

/** An element with attributes and children; a child that is text stays text. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The head of a result: icon, word, sentence, and the reasons. `words` are whose words are said, or their name. */
export function banner(state, reasons = [], words = state, heading = "h1", code = "") {
  const { tone, icon, word, beside, sentence } = toldState(words);
  const title = element(heading, { class: "word" }, word);
  if (beside) title.append(" ", element("span", { lang: "en" }, beside));
  const named = { class: "state", "data-state": state, "data-tone": tone, ...(code && { "data-code": code }) };
  const head = element("section", named, drawn(icon), title);
  head.append(element("p", {}, sentence));
  head.append(...reasons.map((reason) => element("p", { class: "reason" }, ...line(reason))));
  return head;
}

/** What stands while a check runs. */
export function busy(heading = "h1") {
  return element("section", { class: "state", "data-state": "checking", "data-tone": "busy" }, drawn(BUSY),
    element(heading, { class: "word" }, say("checking")));
}

/** Labels with their values; rows are `[key, label, value, gloss]`. */
export function fields(rows) {
  return element("dl", { class: "fields" }, ...rows.map(([key, label, value, gloss]) => {
    const shown = element("dd", { "data-field": key, ...(CHINESE.has(key) && { lang: "zh-CN" }) }, value);
    const row = element("div", {}, element("dt", {}, label), shown);
    if (gloss) row.append(element("dd", { class: "gloss" }, gloss));
    return row;
  }));
}

/** A list of remarks. */
export function notes(lines) {
  return element("ul", { class: "notes" }, ...lines.map((item) => element("li", {}, ...line(item))));
}

/** A sentence, or an English text behind words of the page's own language. */
export const line = (item) => (item.text === undefined ? [item] : [item.before, element("span", { lang: "en" }, item.text)]);

function drawn(strokes) {
  const svg = document.createElementNS(SVG, "svg");
  const stroke = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  stroke.setAttribute("d", strokes);
  svg.append(stroke);
  return svg;
}
