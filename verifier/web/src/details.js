/** What proves an award, below a fold, as the served page of a link has it: statement, key, path, checkpoint, witnesses. */
import { toHex } from "./bytes.js";
import sentences from "./details.json" with { type: "json" };
import { drawPath } from "./path.js";
import { SVG, element, fields } from "./result.js";
import { LANGUAGE, age, readable, speaker } from "./words.js";

const say = speaker(sentences);

/** The fold. `known` is the log that the award was checked against. */
export async function details(proved, known) {
  const parts = [
    ["statement", fine(statementRows(proved))],
    ["key", fine(keyRows(proved, known.trust))],
    ["path", element("p", {}, say("path_told", { index: proved.index, count: proved.path.length })), await drawn(proved)],
    ...(known.head ? [["checkpoint", fine(checkpointRows(known))]] : []),
    ["witnesses", element("p", {}, witnessed(known))],
  ];
  const folded = parts.flatMap(([name, ...shown]) => [element("h2", {}, HEADINGS[name]()), ...shown]);
  return element("details", { class: "proof-details" }, element("summary", {}, say("details")), ...folded);
}

/** How many witnesses cosigned the checkpoint that the award was checked against, and when. */
function witnessed({ cosignatures, trust }) {
  const { witnesses } = trust.witnesses;
  if (!witnesses.length) return say("no_witnesses");
  const names = (cosignatures ?? []).map(({ name, time }) => `${name} (${readable(new Date(Number(time) * 1000))})`);
  return say("witnessed", { count: names.length, all: witnesses.length, names: names.join(", ") || "–" });
}

const HEADINGS = {
  checkpoint: () => say("checkpoint"),
  key: () => say("key"),
  path: () => say("path"),
  statement: () => say("statement"),
  witnesses: () => say("witnesses"),
};

function fine(rows) {
  const made = fields(rows);
  made.classList.add("fine");
  return made;
}

function statementRows({ index, leaf, record }) {
  return [
    ["entry", say("entry_label"), String(index)],
    ["recorded_at", say("recorded_label"), readable(new Date(record.envelope.recordedAt))],
    ["leaf", say("leaf_label"), toHex(leaf)],
  ];
}

function keyRows({ key, organisation }, trust) {
  return [
    ["kid", say("kid_label"), key.kid],
    ["uri", say("uri_label"), organisation.uri],
    ["authority", say("authority_label"), say("authorised", { since: key.since })],
    ["custody", say("custody_label"), custody(key, organisation, trust)],
  ];
}

/** Who held the key, and what that means for what the signature proves. */
function custody(key, organisation, trust) {
  if (key.custody === "organisation") return say("own_key", { name: named(organisation) });
  const base = trust.organisations.get(trust.base);
  return say("held_key", { base: base ? named(base) : trust.base, name: named(organisation) });
}

const named = ({ code, zh, en }) => (LANGUAGE === "zh" ? `${zh}（${code}）` : `${en} (${code})`);

function checkpointRows({ head, at }) {
  return [
    ["log", say("log_label"), head.origin],
    ["size", say("size_label"), String(head.size)],
    ["root", say("root_label"), toHex(head.root)],
    ...(at ? [["had_at", say("had_label"), `${readable(at)} · ${age(new Date() - at)}`]] : []),
  ];
}

async function drawn(proved) {
  const { width, height, boxes, lines } = await drawPath(proved);
  const attributes = { class: "path", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": say("path") };
  const strokes = lines.map(([x1, y1, x2, y2]) => svg("line", { x1, y1, x2, y2 }));
  const shown = boxes.map(({ kind, x, y, text }) => svg("g", { class: kind },
    svg("rect", { x: x - 42, y: y - 13, width: 84, height: 26, rx: 6 }), svg("text", { x, y: y + 4 }, text)));
  return svg("svg", attributes, ...strokes, ...shown);
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
