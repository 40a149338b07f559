/**
 * The verify page. At the proof address it checks the proof behind the `#` here in the browser and sends it nowhere; on
 * a link's page it checks the proof that the server put beside its answer, and says whether the two agree.
 */
import { proofOf } from "./address.js";
import { fromBase64url } from "./bytes.js";
import { currentStanding, listNumber } from "./current.js";
import { CouldNotCheck, VerificationError, malformed } from "./errors.js";
import { fetchPublished, fetchTrust } from "./published.js";
import { banner, busy, element, fields, notes } from "./result.js";
import { verifyChange, verifyProof } from "./verify.js";
import { changeLine, english, label, printedFields, say, signerLines, stateOf, wordsOf } from "./words.js";

const BASE_OFFSET = 8 * 3600_000;
const UNCHECKED = "authentic-standing-not-checked";

/** The proof address: everything on the page comes from this check. */
async function checkFragment(result) {
  result.replaceChildren(busy());
  const seen = location.hash;
  const shown = await answer(seen);
  if (location.hash === seen) result.replaceChildren(...shown);
}

async function answer(fragment) {
  try {
    if (fragment.length < 2) return [banner("could-not-check", say("no_proof")), checkedAt()];
    const proof = proofOf(fragment.slice(1));
    const trust = await fetchTrust();
    const proved = await verifyProof(proof, trust);
    return report(proved, trust, await standing(proved, trust, []));
  } catch (error) {
    return [refusal(error), checkedAt()];
  }
}

/** A link's page: the server's answer stays, with a word on whether its own proof bears it out. */
async function checkEmbedded(result, embedded) {
  const line = element("section", { class: "own-check", "data-own-check": "checking" }, say("checking_here"));
  result.append(line);
  try {
    const { proof, changes } = readEmbedded(embedded.textContent);
    const trust = await fetchTrust();
    const proved = await verifyProof(proof, trust);
    const [known, refused] = await verifiedChanges(changes, trust, proved);
    const found = await standing(proved, trust, known);
    const differing = differences(result, proved, trust, found);
    const [outcome, text] = differing.length
      ? ["differs", say("differs") + differing.join(", ")]
      : ["agrees", say("agrees")];
    line.dataset.ownCheck = outcome;
    line.replaceChildren(element("p", {}, text + (differing.length ? "" : asOf(found.asOf ?? proved.size))));
    const remarks = [found.reason, ...refused].filter(Boolean);
    if (remarks.length) line.append(notes(remarks));
  } catch (error) {
    line.dataset.ownCheck = codeOf(error) === "could-not-check" ? "unknown" : "refused";
    line.replaceChildren(element("h2", {}, say("check_here")), refusal(error, "h3"));
  }
  if (line.dataset.ownCheck !== "agrees") result.prepend(line);
}

/** The changes of standing that verify, and a remark on each that does not. A disowned one counts for nothing. */
async function verifiedChanges(changes, trust, proved) {
  const [known, refused] = [[], []];
  for (const change of changes) {
    try {
      known.push(await verifyChange(change, trust, proved));
    } catch (error) {
      if (!(error instanceof VerificationError || error instanceof CouldNotCheck)) throw error;
      if (error.code !== "key-compromised") {
        refused.push(say("change_refused"), english(error.message));
      }
    }
  }
  return [known, refused];
}

/** Whether the award still stands, or why that could not be found out. */
async function standing(proved, trust, changes) {
  try {
    const token = await fetchPublished(`status/${listNumber(proved)}`);
    const { standing: state, asOf: size, award } = await currentStanding(proved, token, trust, new Date(), changes);
    return { state, asOf: size, reason: changeLine(state, award) };
  } catch (error) {
    if (codeOf(error) === "inconsistent") throw error;
    return { state: UNCHECKED, reason: english(error.message) };
  }
}

function report(proved, trust, found) {
  const [signer, custody] = signerLines(proved, trust);
  const rows = [
    ...printedFields(proved, trust),
    ["issuer", label("issuer"), signer],
    ["custody", say("custody_label"), custody],
    ["recorded_at", say("recorded_label"), readable(new Date(proved.record.envelope.recordedAt))],
    ["entry", say("entry_label"), String(proved.index)],
  ];
  const remarks = [say("compare"), say("stayed_here", { host: location.host })];
  const { host } = new URL(trust.url);
  if (host !== location.host) remarks.push(say("other_host", { host }));
  if (proved.index >= trust.asOf) remarks.push(say("older_trust", { size: trust.asOf }));
  const { state, reason } = found;
  return [banner(state, reason), fields(rows), notes(remarks), checkedAt(found.asOf ?? proved.size)];
}

/** Fields of the server's page (`data-field`) and its state (`data-state`) that are not those of the proof. */
function differences(result, proved, trust, found) {
  const signed = new Map(printedFields(proved, trust).map(([key, , value]) => [key, value]));
  const differing = [...result.querySelectorAll("[data-field]")]
    .filter(({ dataset, textContent }) => signed.has(dataset.field) && signed.get(dataset.field) !== textContent.trim())
    .map(({ dataset }) => dataset.field);
  const said = result.querySelector("[data-state]")?.dataset.state;
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

/** The stable code of a reason. What is none of ours (no secure context, say) means that nothing could be checked. */
const codeOf = (error) => (error instanceof VerificationError ? error.code : "could-not-check");

/** What is said of a check that ended in an error. */
function refusal(error, heading = "h1") {
  const code = codeOf(error);
  return banner(stateOf(code), english(error.message), wordsOf(code), heading);
}

/** A moment in the base's own time. */
const readable = (moment) =>
  `${new Date(moment.getTime() + BASE_OFFSET).toISOString().slice(0, 19).replace("T", " ")} (UTC+8)`;

const asOf = (size) => say("as_of", { last: BigInt(size) - 1n, size });

function checkedAt(size) {
  const when = `${say("checked_at")} ${readable(new Date())}`;
  return element("footer", { class: "checked" },
    element("p", {}, size === undefined ? when : `${when} · ${asOf(size)}`),
    element("p", {}, `${say("domain")} `, element("strong", { class: "domain" }, location.host)));
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
