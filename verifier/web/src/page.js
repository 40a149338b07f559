/**
 * A link's page: checks the proof that the server put beside its answer. Where the two agree the page says so; where
 * they do not, or nothing could be checked here, what the check found is the headline, and the server's word is quoted.
 */
import { fromBase64url } from "./bytes.js";
import { UNCHECKED, refused, verifiedChanges } from "./check.js";
import { currentStanding, listNumber } from "./current.js";
import { malformed } from "./errors.js";
import { heldHead } from "./head.js";
import { lastGood } from "./lastgood.js";
import { fetchPublished, fetchTrust } from "./published.js";
import { element, fields, notes } from "./result.js";
import { told } from "./told.js";
import { verifyProof } from "./verify.js";
import { asOf, awardRows, changeLine, english, label, printedFields, say } from "./words.js";

const COULD_NOT = "could-not-check";

async function checkEmbedded(result, embedded) {
  const line = element("section", { class: "own-check", "data-own-check": "checking" }, say("checking_here"));
  result.append(line);
  const claim = result.querySelector("[data-state]");
  const own = await ownCheck(result, embedded, claim?.dataset.state).catch((error) => notBorneOut(refused(error)));
  line.dataset.ownCheck = own.outcome;
  if (own.outcome === "agrees") line.replaceChildren(...own.shown);
  else await overrule(result, line, claim, own);
}

/** What comes of it in one word, with the elements that say so, or the verdict where the server is not borne out. */
async function ownCheck(result, embedded, said) {
  const { proof, changes } = readEmbedded(embedded.textContent);
  const trust = await fetchTrust();
  const proved = await verifyProof(proof, trust);
  const [known, remarks] = await verifiedChanges(changes, trust, proved);
  const found = await standing(proved, trust, known);
  const differing = differences(result, said, proved, trust, found);
  const more = remarks.map((remark) => (typeof remark === "string" ? english(remark) : say(remark[0])));
  if (differing.length) return contradicted(differing, { ...found, proved }, trust, more);
  // A standing that the server tells, and that could not be checked here, is not agreed with.
  if (found.state === UNCHECKED && said !== UNCHECKED) return { ...notBorneOut({ ...found, proved }), trust, more };
  const lines = [found.reason, ...more].filter(Boolean);
  const shown = [element("p", {}, say("agrees") + asOf(found.asOf ?? proved.size)), ...listed(lines)];
  return { outcome: "agrees", shown };
}

const listed = (lines) => (lines.length ? [notes(lines)] : []);

const notBorneOut = (verdict) =>
  ({ outcome: [UNCHECKED, COULD_NOT].includes(verdict.state) ? "unknown" : "refused", verdict });

/** Fields that were not signed are tampered with. A better standing than the server's is not said over its word. */
function contradicted(differing, verdict, trust, more) {
  const said = say("differs") + differing.map((key) => label(key === "state" ? "standing" : key)).join(", ");
  const forged = differing.some((key) => key !== "state");
  const state = forged ? "tampered" : verdict.state === "valid" ? COULD_NOT : verdict.state;
  return { outcome: "differs", verdict: { ...verdict, state, code: "", said }, trust, more };
}

/** Puts the check's own word in the place of the server's, which is told as what it is: a claim. */
async function overrule(result, line, claim, { outcome, verdict, trust, more = [] }) {
  line.replaceChildren(told(verdict), claimed(claim, outcome, verdict.proved), ...listed(more));
  if (outcome === "unknown") line.append(lastGood(await heldHead()));
  const { textContent: word } = line.querySelector(".word");
  document.title = document.title.replace(/^.*?(?= · |$)/, word);
  for (const part of [claim, ...result.querySelectorAll(".receipt")]) part?.remove();
  if (verdict.proved) result.querySelector(".fields:not(.fine)")?.replaceWith(fields(awardRows(verdict.proved, trust)));
  else result.querySelector(".compare")?.remove();
  result.prepend(line);
}

/** What the server said, in one sentence, and where it led on to. */
function claimed(claim, outcome, proved) {
  const [word, reason] = ["h1", ".reason"].map((part) => textOf(claim?.querySelector(part)));
  const places = { word: reason ? `${word} · ${reason}` : word };
  const said = outcome === "differs" ? say("server_contradicted", places) : say("server_unconfirmed", places);
  const made = element("p", { class: "claimed" }, proved ? said : `${said} ${say("server_alone")}`);
  const onward = claim?.querySelector("a.current");
  if (onward) made.append(" ", onward);
  return made;
}

const textOf = (part) => (part?.textContent ?? "").replace(/\s+/g, " ").trim();

/** Whether the award still stands by the list alone (what ties it to the log the server checked), or why not known. */
async function standing(proved, trust, changes) {
  try {
    const token = await fetchPublished(`status/${listNumber(proved)}`);
    const found = await currentStanding(proved, token, trust, new Date(), changes);
    const { standing: state, asOf: size, award } = found;
    return { state, asOf: size, found, reason: changeLine(state, award) };
  } catch (error) {
    if (error.code === "inconsistent") throw error;
    return { ...refused(error), state: UNCHECKED, reason: english(error.message) };
  }
}

/** Fields of the server's page (`data-field`) and the state that it says, where they are not those of the proof. */
function differences(result, said, proved, trust, found) {
  const signed = new Map(printedFields(proved, trust).map(([key, , value]) => [key, value]));
  const differing = [...result.querySelectorAll("[data-field]")]
    .filter(({ dataset, textContent }) => signed.has(dataset.field) && signed.get(dataset.field) !== textContent.trim())
    .map(({ dataset }) => dataset.field);
  const contradicts = said && found.state !== UNCHECKED && said !== UNCHECKED && !agree(said, found.state);
  return contradicts ? ["state", ...differing] : differing;
}

const agree = (said, found) =>
  said === found || (found === "revoked-or-superseded" && ["revoked", "superseded"].includes(said));

function readEmbedded(text) {
  try {
    const { proof, changes = [] } = JSON.parse(text);
    const read = [proof, ...changes].map(fromBase64url);
    if (read.includes(undefined)) throw new TypeError("not base64url");
    return { proof: read[0], changes: read.slice(1) };
  } catch {
    throw malformed("the proof in this page is not in the form that it should have");
  }
}

const embedded = document.getElementById("proof");
if (embedded) await checkEmbedded(document.getElementById("result"), embedded);
