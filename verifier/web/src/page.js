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
import { changeLine, printedFields, signerLines, stateOf } from "./words.js";

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
    if (fragment.length < 2) throw new CouldNotCheck("no proof stands behind the # of this address: scan the proof code");
    const proof = proofOf(fragment.slice(1));
    const trust = await fetchTrust();
    const proved = await verifyProof(proof, trust);
    return report(proved, trust, await standing(proved, trust, []));
  } catch (error) {
    return [banner(stateOf(codeOf(error)), error.message), checkedAt()];
  }
}

/** A link's page: the server's answer stays, with a word on whether its own proof bears it out. */
async function checkEmbedded(result, embedded) {
  const line = element("section", { class: "own-check", "data-own-check": "checking" }, "正在本机核验 Checking in this browser");
  result.append(line);
  try {
    const { proof, changes } = readEmbedded(embedded.textContent);
    const trust = await fetchTrust();
    const proved = await verifyProof(proof, trust);
    const [known, refused] = await verifiedChanges(changes, trust, proved);
    const found = await standing(proved, trust, known);
    const differing = differences(result, proved, trust, found);
    const [outcome, text] = differing.length
      ? ["differs", `本页所示与签署内容不符 This page does not show what was signed: ${differing.join(", ")}`]
      : ["agrees", "本机已核验签名与登记 This browser checked signature and log itself: "];
    line.dataset.ownCheck = outcome;
    line.replaceChildren(element("p", {}, text + (differing.length ? "" : asOf(found.asOf ?? proved.size))));
    const remarks = [found.reason, ...refused].filter(Boolean);
    if (remarks.length) line.append(notes(remarks));
  } catch (error) {
    line.dataset.ownCheck = codeOf(error) === "could-not-check" ? "unknown" : "refused";
    line.replaceChildren(element("h2", {}, "本机核验 Check in this browser"), banner(stateOf(codeOf(error)), error.message));
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
        refused.push(`状态变更未通过核验 A change of standing that the server gave does not verify: ${error.message}`);
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
    return { state: UNCHECKED, reason: error.message };
  }
}

function report(proved, trust, found) {
  const [signer, custody] = signerLines(proved, trust);
  const rows = [
    ...printedFields(proved, trust),
    ["issuer", "颁发机构 issuer", signer],
    ["custody", "密钥保管 key custody", custody],
    ["recorded_at", "登记时间 recorded", readable(new Date(proved.record.envelope.recordedAt))],
    ["entry", "登记序号 log entry", String(proved.index)],
  ];
  const remarks = ["请逐项与纸面核对；不一致之处未经签署。 Compare these fields with the paper: whatever differs was not signed."];
  remarks.push(
    "证明未离开本机；但本页程序来自该域名，如不信任请用 certverify。 The proof did not leave this device, but this " +
    `page's code came from ${location.host}: to check without trusting it, use certverify.`,
  );
  if (new URL(trust.url).host !== location.host) {
    remarks.push(`本页域名与登记簿不同 This page is not at the ledger's own host, ${new URL(trust.url).host}.`);
  }
  if (proved.index >= trust.asOf) {
    remarks.push(`信任文件早于此项登记 The trust file is as of ${trust.asOf} entries, older than this award.`);
  }
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

const readable = (moment) => `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;

const asOf = (size) => `登记簿共 ${size} 条时 as of a log of ${size} entries`;

function checkedAt(size) {
  const parts = [`核验时间 checked at ${readable(new Date())}`, `域名 domain ${location.host}`];
  if (size !== undefined) parts.splice(1, 0, asOf(size));
  return element("footer", { class: "checked" }, ...parts.map((part) => element("p", {}, part)));
}

const result = document.getElementById("result");
const embedded = document.getElementById("proof");
if (embedded) {
  await checkEmbedded(result, embedded);
} else if (location.pathname === "/p") {
  addEventListener("hashchange", () => checkFragment(result));
  await checkFragment(result);
}
