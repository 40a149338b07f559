/** A verdict of check.js as elements of a page. */
import { UNCHECKED } from "./check.js";
import { banner, element, fields, line as textIn, notes } from "./result.js";
import { age, changeLine, english, label, printedFields, say, signerLines, wordsOf } from "./words.js";

const BASE_OFFSET = 8 * 3600_000;

/** Everything that is told of a verdict; `known` is the log, or the newest checkpoint held where no log could be had. */
export function report(verdict, known, heading = "h1", remarks = []) {
  const { proved, found, state } = verdict;
  const parts = [told(verdict, heading)];
  const offline = known?.online === false;
  if (offline) parts.push(element("p", { class: "held" }, heldLine(known)));
  if (proved) parts.push(fields(awardRows(proved, known.trust)));
  if (verdict.notes.some(isCompare)) parts.push(element("p", { class: "compare" }, say("compare")));
  if ([UNCHECKED, "could-not-check"].includes(state) && !offline) parts.push(lastGood(known));
  parts.push(checkedAt(found?.asOf ?? proved?.size, heading === "h1"));
  const others = verdict.notes.filter((note) => !isCompare(note));
  const lines = [...others.map(noteText), ...remarks, ...(proved ? logNotes(proved, known) : [])];
  if (lines.length) parts.push(notes(lines));
  if (proved) parts.push(fields(signingRows(proved, known.trust)));
  return parts;
}

/** Whether a note is the call to compare with paper, which stands right below the fields that it is about. */
const isCompare = ([name]) => name === "compare";

/** The head alone: state, sentence, and the reason; `said` is one that is no error's. */
export function told({ state, code, message, said, found }, heading = "h1") {
  const reason = said ?? (code ? english(message) : changeLine(state, found.award));
  return banner(state, reason, code && state !== UNCHECKED ? wordsOf(code) : state, heading, code);
}

const NOTES = {
  change_refused: () => say("change_refused"),
  compare: () => say("compare"),
  foreign_code: (places) => say("foreign_code", places),
  proof_bad: () => say("proof_bad"),
  signed_beside: () => say("signed_beside"),
};

/** A note of a verdict: a sentence by its name, or an English text. */
export const noteText = (note) => (typeof note === "string" ? english(note) : NOTES[note[0]](note[1]));

/** A moment in the base's own time. */
export const readable = (moment) =>
  `${new Date(moment.valueOf() + BASE_OFFSET).toISOString().slice(0, 19).replace("T", " ")} (UTC+8)`;

/** The log that an answer is of; its entries are numbered from 0. */
export const asOf = (size) => say("as_of", { last: BigInt(size) - 1n, size });

function awardRows(proved, trust) {
  const [signer] = signerLines(proved, trust);
  return [...printedFields(proved, trust), ["issuer", label("issuer"), signer]];
}

function signingRows(proved, trust) {
  const [, custody] = signerLines(proved, trust);
  return [
    ["custody", say("custody_label"), custody],
    ["recorded_at", say("recorded_label"), readable(new Date(proved.record.envelope.recordedAt))],
    ["entry", say("entry_label"), String(proved.index)],
  ];
}

function logNotes(proved, { trust, rolledBack, head }) {
  const { host } = new URL(trust.url);
  return [
    ...(host === location.host ? [] : [say("other_host", { host })]),
    ...(proved.index < trust.asOf ? [] : [say("older_trust", { size: trust.asOf })]),
    ...(rolledBack === null ? [] : [say("rolled_back", { shown: rolledBack, held: head.size })]),
  ];
}

const heldLine = ({ head, at }) =>
  say("checked_offline", { size: head.size, moment: readable(at), age: age(new Date() - at) });

/** The newest checkpoint that this browser ever found good, and how long ago. */
function lastGood(known) {
  const text = known?.head
    ? say("last_good", { size: known.head.size, moment: readable(known.at), age: age(new Date() - known.at) })
    : say("no_last_good");
  return element("p", { class: "last-good" }, ...textIn(text));
}

/** When it was checked, and against what; with the domain that the address bar is to show, where it stands once. */
function checkedAt(size, withDomain) {
  const when = `${say("checked_at")} ${readable(new Date())}`;
  const line = element("p", {}, size === undefined ? when : `${when} · ${asOf(size)}`);
  if (!withDomain) return element("footer", { class: "checked" }, line);
  const domain = element("strong", { class: "domain" }, location.host);
  return element("footer", { class: "checked" }, line, element("p", {}, `${say("domain")} `, domain));
}
