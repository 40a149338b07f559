/**
 * The verify page. At the proof address it checks the proof behind the `#` here in the browser and sends it nowhere; on
 * a link's page it checks the proof that the server put beside its answer, and says whether the two agree.
 */
import { proofOf } from "./address.js";
import { fromBase64url } from "./bytes.js";
import { Checker, UNCHECKED, refused, verifiedChanges } from "./check.js";
import { currentStanding, listNumber } from "./current.js";
import { malformed } from "./errors.js";
import { heldHead, openLog } from "./log.js";
import { fetchPublished, fetchTrust } from "./published.js";
import { asOf, noteText, report, told } from "./report.js";
import { busy, element, notes } from "./result.js";
import { verifyProof } from "./verify.js";
import { changeLine, english, printedFields, say } from "./words.js";

/** The proof address: everything on the page comes from this check. */
async function checkFragment(result) {
  result.replaceChildren(busy());
  const seen = location.hash;
  const shown = await answer(seen);
  if (location.hash === seen) result.replaceChildren(...shown);
}

async function answer(fragment) {
  if (fragment.length < 2) {
    return report({ state: "could-not-check", said: say("no_proof"), notes: [] }, await heldHead());
  }
  try {
    const proof = proofOf(fragment.slice(1));
    const log = await openLog();
    const verdict = await new Checker(log).proof(proof);
    return report(verdict, log, "h1", verdict.proved ? [say("stayed_here", { host: location.host })] : []);
  } catch (error) {
    return report(refused(error), await heldHead());
  }
}

/** A link's page: the server's answer stays, with a word on whether its own proof bears it out. */
async function checkEmbedded(result, embedded) {
  const line = element("section", { class: "own-check", "data-own-check": "checking" }, say("checking_here"));
  result.append(line);
  const [outcome, ...shown] = await ownCheck(result, embedded).catch((error) => notBorneOut(refused(error)));
  line.dataset.ownCheck = outcome;
  line.replaceChildren(...shown);
  if (outcome !== "agrees") result.prepend(line);
}

/** What comes of it in one word, and the elements that say so. */
async function ownCheck(result, embedded) {
  const { proof, changes } = readEmbedded(embedded.textContent);
  const trust = await fetchTrust();
  const proved = await verifyProof(proof, trust);
  const [known, remarks] = await verifiedChanges(changes, trust, proved);
  const found = await standing(proved, trust, known);
  const said = result.querySelector("[data-state]")?.dataset.state;
  const differing = differences(result, said, proved, trust, found);
  const lines = [found.reason, ...remarks.map(noteText)].filter(Boolean);
  const more = lines.length ? [notes(lines)] : [];
  if (differing.length) return ["differs", element("p", {}, say("differs") + differing.join(", ")), ...more];
  // A standing that the server tells, and that could not be checked here, is not agreed with.
  if (found.state === UNCHECKED && said !== UNCHECKED) return notBorneOut(found);
  return ["agrees", element("p", {}, say("agrees") + asOf(found.asOf ?? proved.size)), ...more];
}

function notBorneOut(verdict) {
  const outcome = [UNCHECKED, "could-not-check"].includes(verdict.state) ? "unknown" : "refused";
  return [outcome, element("h2", {}, say("check_here")), told(verdict, "h3")];
}

/** Whether the award still stands by the list alone (what ties it to the log the server checked), or why not known. */
async function standing(proved, trust, changes) {
  try {
    const token = await fetchPublished(`status/${listNumber(proved)}`);
    const { standing: state, asOf: size, award } = await currentStanding(proved, token, trust, new Date(), changes);
    return { state, asOf: size, reason: changeLine(state, award) };
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

/** The proof goes along to the page in another language: behind its `#`, which no browser sends. */
function keepProof() {
  for (const link of document.querySelectorAll(".switch a")) link.hash = location.hash;
}

const result = document.getElementById("result");
const embedded = document.getElementById("proof");
if (embedded) {
  await checkEmbedded(result, embedded);
} else if (location.pathname === "/p") {
  addEventListener("hashchange", () => checkFragment(result));
  addEventListener("hashchange", keepProof);
  keepProof();
  await checkFragment(result);
}
