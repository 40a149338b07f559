/** A verdict of check.js as elements of a page. */
import { UNCHECKED } from "./check.js";
import { details } from "./details.js";
import { lastGood } from "./lastgood.js";
import sentences from "./report.json" with { type: "json" };
import { element, fields, notes } from "./result.js";
import things from "./things.json" with { type: "json" };
import { told } from "./told.js";
import { age, asOf, awardRows, english, readable, say as sayPlain, speaker } from "./words.js";

/** A sentence of the pages that report whole verdicts. A link's page, which is to be light, does without them. */
export const say = speaker(sentences);

/** Everything that is told of a verdict; `known` is the log, or the newest checkpoint held where no log could be had. */
export async function report(verdict, known, heading = "h1", remarks = []) {
  const { proved, found, state, why } = verdict;
  const parts = [head(verdict, heading)];
  const offline = known?.online === false;
  if (offline) parts.push(element("p", { class: "held" }, heldLine(known)));
  if (proved) parts.push(fields(awardRows(proved, known.trust)));
  if (verdict.notes.some(isCompare)) parts.push(element("p", { class: "compare" }, say("compare")));
  // What the log would not help with needs no checkpoint.
  if ([UNCHECKED, "could-not-check"].includes(state) && !offline && !why) parts.push(lastGood(known));
  parts.push(checkedAt(found?.asOf ?? proved?.size, heading === "h1"));
  const others = verdict.notes.filter((note) => !isCompare(note));
  const lines = [...others.map(noteText), ...remarks, ...(proved ? logNotes(proved, known) : [])];
  if (lines.length) parts.push(notes(lines));
  if (proved) parts.push(await details(proved, known));
  return parts;
}

/** The head alone. What has words of its own says where it leads to, too, if it is a foreign code. */
export function head(verdict, heading) {
  const [name, places] = verdict.why ?? [];
  if (!name) return told(verdict, heading);
  // An error's own sentence would say no more in English; what was pasted is told by the reason that it was not taken for.
  const said = places ? say("foreign_code", places) : !verdict.code && verdict.message && english(verdict.message);
  return told({ ...verdict, said }, heading, things[name]);
}

/** Whether a note is the call to compare with paper, which stands right below the fields that it is about. */
const isCompare = ([name]) => name === "compare";

const NOTES = {
  change_refused: () => sayPlain("change_refused"),
  compare: () => say("compare"),
  foreign_code: (places) => say("foreign_code", places),
  proof_bad: () => say("proof_bad"),
  signed_beside: () => say("signed_beside"),
};

/** A note of a verdict: a sentence by its name, or an English text. */
const noteText = (note) => (typeof note === "string" ? english(note) : NOTES[note[0]](note[1]));

function logNotes(proved, { trust, rolledBack, head: newest }) {
  const [host] = trust.hosts;
  return [
    ...(host === location.host ? [] : [say("other_host", { host })]),
    ...(proved.index < trust.asOf ? [] : [say("older_trust", { size: trust.asOf })]),
    ...(rolledBack === null ? [] : [say("rolled_back", { shown: rolledBack, held: newest.size })]),
  ];
}

const heldLine = ({ head: newest, at }) =>
  say("checked_offline", { size: newest.size, moment: readable(at), age: age(new Date() - at) });

/** When it was checked, and against what; with the domain that the address bar is to show, where it stands once. */
function checkedAt(size, withDomain) {
  const when = `${say("checked_at")} ${readable(new Date())}`;
  const line = element("p", {}, size === undefined ? when : `${when} · ${asOf(size)}`);
  if (!withDomain) return element("footer", { class: "checked" }, line);
  const domain = element("strong", { class: "domain" }, location.host);
  return element("footer", { class: "checked" }, line, element("p", {}, `${say("domain")} `, domain));
}
