/**
 * Verification of what a holder shows: one Transparent Statement against one trust file, asking nobody.
 * What comes out is authentic as of the receipt's tree. Whether the award still stands is another question: current.js.
 */
import { equal, toHex } from "./bytes.js";
import { numberDigest } from "./address.js";
import { parse as parseBundle } from "./bundle.js";
import { CouldNotCheck, VerificationError, malformed, mismatch, notEntitled, notIncluded } from "./errors.js";
import { verify as verifyReceipt } from "./receipt.js";
import { reveal } from "./record.js";
import { leafOf, verifySignature } from "./statement.js";
import { RECEIPT_KIND, entitled, keyOf } from "./trust.js";

const AWARDS = ["certificate.awarded/1", "title.granted/1"];
const AUTHORITY_KIND = "authority";

/** What a proof proves: the award with everything that its paper shows, who signed it, and where the log has it. */
export async function verifyProof(proof, trust) {
  // (1) Read the transparent statement: one exact form.
  const shown = parseBundle(proof);
  // (2) The issuer's key, (3) its signature, (5) the log's receipt; (8) the key's time, by the receipt's index.
  const logged = await verifyLogged(shown, trust);
  const { record, organisation } = logged;
  // (4) It is an award.
  if (!AWARDS.includes(record.name)) throw malformed(`${record.name} is not an award`);
  // (6) Every value on paper is disclosed, and is the one committed to.
  const disclosed = await reveal(record, shown.disclosures);
  if (!record.type.printed.every(({ name }) => disclosed.has(name))) {
    throw mismatch("the proof does not disclose what its paper shows");
  }
  // (7) The number on paper is this award's; who signed is who awards such a thing.
  if (!equal(await numberDigest(disclosed.get("number")), record.fields.get("number_hash"))) {
    throw mismatch("the certificate number disclosed is not the one that the award was logged under");
  }
  checkAwarder(record, organisation, logged.index, trust);
  return { ...logged, disclosed };
}

/** A later change of the award's standing: its event's name and fields, and its index. */
export async function verifyChange(proof, trust, award) {
  return checkChange(await verifyLogged(parseBundle(proof), trust), award);
}

/** A logged statement's event and index, if it changes this award's standing. */
export function checkChange({ record, organisation, index }, award) {
  if (AWARDS.includes(record.name) || record.stream !== award.record.stream) {
    throw mismatch(`entry ${index} is no change of this award's standing`);
  }
  if (index <= award.index) throw mismatch(`entry ${index} stands before the award that it would change`);
  if (organisation.code !== award.organisation.code) {
    throw notEntitled(`entry ${index} is signed by ${organisation.code}, which did not make the award`);
  }
  return { name: record.name, fields: record.fields, index };
}

/** A statement that was signed by who may sign it, and that the log has given a receipt for. */
async function verifyLogged(shown, trust) {
  await checkKnown(shown, trust);
  const signer = await verifySigner(shown.statement, shown.receipt.index, trust);
  return { record: shown.statement.record, ...signer, ...(await provedBy(shown, trust)) };
}

/** Who signed an entry, entitled to and in its own name. */
export async function verifySigner(statement, index, trust) {
  const key = entitled(keyOf(trust, statement.kid), statement.record.kind, index);
  const organisation = trust.organisations.get(key.organisation);
  if (statement.issuer !== organisation.uri) {
    throw notEntitled(`issuer ${statement.issuer} is not ${key.organisation}, whose key signed`);
  }
  await verifySignature(statement, key.publicKey);
  return { key, organisation };
}

/** A key that the trust file is too old to know could not be checked. */
async function checkKnown(shown, trust) {
  try {
    keyOf(trust, shown.statement.kid);
  } catch (error) {
    if (await isNewerThanTrust(shown, trust)) {
      throw new CouldNotCheck(`${error.message}, and the award is entry ${shown.receipt.index}: get a newer trust file`);
    }
    throw error;
  }
}

/** Whether the log itself, by a good receipt, took the statement in after the trust file was made. */
async function isNewerThanTrust(shown, trust) {
  try {
    return (await provedBy(shown, trust)).index >= trust.asOf;
  } catch (error) {
    if (error instanceof VerificationError || error instanceof CouldNotCheck) return false;
    throw error;
  }
}

/**
 * What the receipt proves. Its key must have been the log's for receipts when the tree had that size. A receipt's size
 * is its signer's own word, so no receipt by a compromised key proves anything by itself.
 */
async function provedBy({ statement, receipt }, trust) {
  if (receipt.issuer !== `https://${trust.origin}`) {
    throw notIncluded(`the receipt is of the log ${receipt.issuer}, not of https://${trust.origin}`);
  }
  if (!trust.keys.has(toHex(receipt.kid)) && receipt.size > trust.asOf) {
    throw new CouldNotCheck(`the receipt is of ${receipt.size} entries, the trust file as of entry ${trust.asOf}: get a newer one`);
  }
  const key = keyOf(trust, receipt.kid);
  if (key.compromisedFrom !== null) {
    throw new CouldNotCheck(`the receipt's key was compromised as of entry ${key.compromisedFrom}: get a new proof`);
  }
  entitled(key, RECEIPT_KIND, receipt.size - 1n);
  const leaf = await leafOf(statement);
  return { ...(await verifyReceipt(receipt, leaf, statement.subject, key.publicKey)), leaf, path: receipt.path };
}

/** DOMAIN.md, Control: certificates by the programme's `certified_by`, titles by an authority. */
function checkAwarder(record, organisation, index, trust) {
  if (record.kind === "title.granted") {
    if (organisation.kind === AUTHORITY_KIND) return;
    throw notEntitled(`${organisation.code} is no authority, and only an authority grants titles`);
  }
  const code = record.fields.get("programme");
  const programme = trust.programmes.get(code);
  if (!programme && index >= trust.asOf) {
    throw new CouldNotCheck(`programme ${code} is not in the trust file (as of entry ${trust.asOf}): get a newer one`);
  }
  if (!programme) throw notEntitled(`programme ${code} is none that the base published`);
  if (!programme.certifiedBy.includes(organisation.code)) {
    throw notEntitled(`${organisation.code} does not certify ${code}, ${programme.certifiedBy[0]} does`);
  }
}
