/**
 * The page in an evidence file (`verify.html`): checks the certificate whose evidence it carries, and files that are given
 * to it, with no network at all. Whatever it says of a standing is as of the checkpoint that it carries.
 */
import "./chosen.js";
import { concat, equal, fromBase64, sha256, toHex, utf8 } from "./bytes.js";
import { UNCHECKED, refused, verifiedChanges } from "./check.js";
import { verify as verifyCheckpoint } from "./checkpoint.js";
import { judge as judgeCosignatures } from "./cosignatures.js";
import { businessDay, currentStanding, listNumber, readList } from "./current.js";
import { details } from "./details.js";
import { VerificationError, inconsistent, malformed, mismatch } from "./errors.js";
import sentences from "./evidence.json" with { type: "json" };
import names from "./languages.json" with { type: "json" };
import { busy, element, fields, notes } from "./result.js";
import { check as checkSeal, find } from "./seal.js";
import { parse as parseBundle } from "./bundle.js";
import { DOCUMENT_KIND, parse as parseTrust } from "./trust.js";
import { told } from "./told.js";
import { verifyProof } from "./verify.js";
import { LANGUAGE, asOf, awardRows, english, readable, speaker, toldState } from "./words.js";
import { filesOf } from "./zip.js";

const say = speaker(sentences);
const LANGUAGES = Object.entries(names);
const FILE_LIMIT = 64 * 1024 * 1024;
const ENDED = ["revoked", "superseded", "revoked-or-superseded"];

const isOurs = (error) => error instanceof VerificationError || error.code === "could-not-check";

/** The evidence in this page, as bytes. */
function carried() {
  let read;
  try {
    read = JSON.parse(document.getElementById("evidence").textContent);
  } catch {
    throw malformed("the evidence in this page is not in the form that it should have");
  }
  const bytes = (text) => fromBase64(text) ?? failed();
  return {
    proof: bytes(read["proof.cbor"]),
    statement: bytes(read["statement.cose"]),
    checkpoint: bytes(read.checkpoint),
    trust: bytes(read["trust.txt"]),
    status: bytes(read.status),
    changes: read.changes.map(bytes),
    paper: read.paper,
  };
}

function failed() {
  throw malformed("the evidence in this page is not in base64");
}

/** Checks all of some evidence under a trust file. What comes out is as of its checkpoint. */
async function checked(held, trust) {
  // (1) The proof, and (2) the statement, which is the one in it.
  const proved = await verifyProof(held.proof, trust);
  if (!equal(held.statement, entryOf(held.proof))) throw mismatch("statement.cose is not the statement in proof.cbor");
  // (3) The log signed the checkpoint; the receipt is of the same tree.
  const head = await verifyCheckpoint(held.checkpoint, trust);
  if (head.size === proved.size && !equal(head.root, proved.root)) {
    throw inconsistent("the checkpoint and the receipt have one size and different roots");
  }
  if (head.size !== proved.size) throw mismatch("the checkpoint and the receipt are of different trees");
  // (4) The list says how it stood when it was signed, with the changes behind it.
  const [changes, remarks] = await verifiedChanges(held.changes, trust, proved);
  if (remarks.length) throw mismatch("a change of standing among the evidence does not verify");
  const list = await readList(held.status, listNumber(proved), trust);
  if (list.size === head.size && !equal(list.root, head.root)) {
    throw inconsistent("the checkpoint and the status list have one size and different roots");
  }
  const then = new Date(Number(list.issuedAt) * 1000);
  const found = await currentStanding(proved, held.status, trust, then, changes);
  const { cosignatures } = await judgeCosignatures(held.checkpoint, trust);
  return { proved, head, found, then, cosignatures };
}

/** The log entry in a proof: the bytes that were signed and hashed. */
const entryOf = (proof) => parseBundle(proof).statement.raw;

/** What is shown of evidence that is good. */
async function shown({ proved, head, found, then, cosignatures }, trust) {
  const expires = proved.record.fields.get("expires_on");
  const over = found.standing === "expired" || (expires && businessDay(new Date()) > expires);
  const state = ENDED.includes(found.standing) ? found.standing : over ? "expired" : UNCHECKED;
  const verdict = { state, code: "", message: "", proved, found };
  const { word } = toldState(found.standing);
  return [
    told(verdict),
    element("p", { class: "held", "data-then": found.standing }, say("then", { moment: readable(then), word })),
    fields(awardRows(proved, trust)),
    element("p", {}, say("compare")),
    meaning(trust),
    element("footer", { class: "checked" }, element("p", {}, asOf(head.size))),
    await details(proved, { trust, head, cosignatures }),
  ];
}

/** What this page proves, what it does not, and where trust begins. */
function meaning(trust) {
  const grouped = trust.genesis.match(/.{4}/g).join(" ");
  return element("section", { class: "own-check" },
    element("h2", {}, say("means")),
    notes([say("proves"), say("proves_not"), say("trust_begins")]),
    element("p", {}, `${say("log")}: `, element("strong", {}, trust.origin)),
    element("p", {}, `${say("fingerprint")}: `, element("code", { "data-fingerprint": "" }, grouped)));
}

// --- files that somebody gives -------------------------------------------------------------------------------------

/** What a file is, by its first bytes and its name. */
async function judged(name, data, held) {
  if (data.length > FILE_LIMIT) throw malformed(`${name}: larger than any such file is`);
  if (find(data.subarray(0, 4), Uint8Array.of(0x50, 0x4b, 3, 4), 0) === 0) return judgedAll(filesOf(data), held);
  if (find(data.subarray(0, 1024), utf8("%PDF-"), 0) >= 0) return judgedPaper(data, held);
  if (name.endsWith("trust.txt")) return judgedTrust(data, held);
  if (name.endsWith("checkpoint")) return judgedCheckpoint(data, held);
  if (/(?:^|\/)status\/\d+$|^\d+$/.test(name)) return judgedList(data, held);
  if (data[0] !== 0xd2) throw malformed(`${name}: none of the files that belong to this certificate`);
  if (name.endsWith("statement.cose")) {
    if (!equal(data, held.statement)) throw mismatch(`${name} is not the statement that the log holds`);
    return [await checked(held, held.read), held.read];
  }
  // A proof: of this award or of another one, judged under the trust file in use.
  return [await checked({ ...held, proof: data, statement: entryOf(data) }, held.read), held.read];
}

/** A trust file that the reader has: everything is judged anew under it, and stays so. */
async function judgedTrust(data, held) {
  const trust = await parseTrust(new TextDecoder("utf-8", { fatal: true }).decode(data));
  if (trust.genesis !== held.read.genesis) throw inconsistent("the trust file is of another log than this certificate");
  const result = await checked(held, trust);
  held.read = trust;
  return [result, trust];
}

async function judgedList(data, held) {
  return [await checked({ ...held, status: data }, held.read), held.read];
}

async function judgedPaper(data, held) {
  await checkSealed(data, held);
  if (toHex(await sha256(data)) !== held.paper) throw mismatch("the PDF is sealed, and is another one than that of this page");
  return [await checked(held, held.read), held.read];
}

/** Checks a paper's seal with every key for seals that the trust file in use names. */
async function checkSealed(data, held) {
  const keys = [...held.read.keys.values()].filter(({ kinds }) => kinds.has(DOCUMENT_KIND));
  let refusal = mismatch("the trust file names no key for file seals");
  for (const key of keys) {
    try {
      await checkSeal(data, key.publicKey);
      refusal = null;
      break;
    } catch (error) {
      if (!isOurs(error)) throw error;
      refusal = error;
    }
  }
  if (refusal) throw refusal;
}

/**
 * A whole ZIP file: what is in it instead of what this page carries. The history of keys and the rules are `certverify`'s
 * to check, and the page says so.
 */
async function judgedAll(files, held) {
  const bytes = (name) => files.get(name) ?? failedFile(name);
  const status = [...files.keys()].find((name) => name.startsWith("status/"));
  const changes = [...files.keys()].filter((name) => /^changes\/\d+\.cbor$/.test(name)).map(bytes);
  const given = {
    proof: bytes("proof.cbor"), statement: bytes("statement.cose"), checkpoint: bytes("checkpoint"),
    status: bytes(status ?? "status/0"), changes,
  };
  const trust = await parseTrust(new TextDecoder().decode(bytes("trust.txt")));
  if (trust.genesis !== held.read.genesis) throw inconsistent("the file is of another log than this page");
  const result = await checked(given, held.read);
  if (!equal(bytes("disclosure.cbor"), concat(...parseBundle(given.proof).disclosures))) {
    throw mismatch("disclosure.cbor is not what proof.cbor discloses");
  }
  await checkPapers(files, result.proved, equal(given.statement, held.statement), held);
  return [result, held.read, say("unlooked")];
}

/** Checks the papers in a ZIP file; `same`: whether it is of the award that this page carries. */
async function checkPapers(files, proved, same, held) {
  for (const [name, data] of files) {
    if (!name.endsWith(".pdf")) continue;
    if (name !== `${proved.disclosed.get("number")}.pdf`) throw mismatch(`${name} is not named by the number of the award`);
    if (same) await judgedPaper(data, held);
    else await checkSealed(data, held);
  }
}

const failedFile = (name) => {
  throw malformed(`the ZIP file holds no ${name}`);
};

async function judgedCheckpoint(data, held) {
  await verifyCheckpoint(data, held.read);
  if (!equal(data, held.checkpoint)) throw mismatch("the log signed this checkpoint, and it is not that of this page");
  return [await checked(held, held.read), held.read];
}

/** Judges what is given, a file at a time, and says of each what it is. */
async function judgeFiles(list, place, held) {
  for (const file of list) {
    const line = element("section", { class: "given", "data-file": file.name }, busy("h3"));
    place.prepend(line);
    try {
      const data = new Uint8Array(await file.arrayBuffer());
      const [result, trust, remark] = await judged(file.webkitRelativePath || file.name, data, held);
      line.replaceChildren(element("h3", {}, file.name), ...(await shown(result, trust)).slice(0, 3),
        ...(remark ? [element("p", { class: "remark" }, remark)] : []));
    } catch (error) {
      line.replaceChildren(element("h3", {}, file.name), told(refused(error), "h4"));
    }
  }
}

function picker(held) {
  const place = element("div", { "aria-live": "polite" });
  const input = element("input", { type: "file", multiple: "", id: "files" });
  const label = element("label", { for: "files" }, say("give"));
  const zone = element("section", { class: "plain drop" }, element("h2", {}, say("give_title")),
    element("p", {}, label), input, place);
  input.addEventListener("change", () => judgeFiles([...input.files], place, held));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    judgeFiles([...event.dataTransfer.files], place, held);
  });
  return zone;
}

function languages() {
  const links = LANGUAGES.map(([name, own]) =>
    element("a", { href: `#${name}`, lang: name, ...(name === LANGUAGE && { "aria-current": "true" }) }, own));
  return element("nav", { class: "switch", "aria-label": "language" }, ...links.flatMap((link) => [link, " "]));
}

async function open(place) {
  place.replaceChildren(languages(), busy());
  let parts;
  try {
    const held = carried();
    held.read = await parseTrust(new TextDecoder("utf-8", { fatal: true }).decode(held.trust));
    parts = [...(await shown(await checked(held, held.read), held.read)), picker(held)];
  } catch (error) {
    parts = [told(refused(error)), element("p", {}, say("spoilt"))];
  }
  place.replaceChildren(languages(), element("p", { class: "own" }, say("offline")), ...parts);
  document.title = `${document.title} · ${place.querySelector(".word")?.textContent ?? ""}`;
}

open(document.getElementById("result"));
