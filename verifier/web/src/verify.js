/**
 * Verification of what a holder shows: one Transparent Statement against one trust file, asking nobody.
 * What comes out is authentic as of the receipt's tree. Whether the award still stands is another question: current.js.
 */
import { equal } from "./bytes.js";
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
  const { statement } = shown;
  const { record } = statement;
  // (2) The issuer's key, (3) its signature, (8) its time by the receipt's index.
  const { key, organisation } = await verifySigner(shown, trust);
  // (5) The log's receipt.
  const included = await provedBy(shown, trust);
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
  checkAwarder(record, organisation, included, trust);
  return { statement, record, key, organisation, disclosed, ...included };
}

/** Who signed, entitled to and in its own name. */
async function verifySigner(shown, trust) {
  const { statement, receipt } = shown;
  const key = entitled(await signersKey(shown, trust), statement.record.kind, receipt.index);
  const organisation = trust.organisations.get(key.organisation);
  if (statement.issuer !== organisation.uri) {
    throw notEntitled(`issuer ${statement.issuer} is not ${key.organisation}, whose key signed`);
  }
  await verifySignature(statement, key.publicKey);
  return { key, organisation };
}

/** The key that the statement names. One that the trust file is too old to know could not be checked. */
async function signersKey(shown, trust) {
  try {
    return keyOf(trust, shown.statement.kid);
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
    if (error instanceof VerificationError) return false;
    throw error;
  }
}

/** What the receipt proves. Its key must have been the log's for receipts when the tree had that size. */
async function provedBy({ statement, receipt }, trust) {
  if (receipt.issuer !== `https://${trust.origin}`) {
    throw notIncluded(`the receipt is of the log ${receipt.issuer}, not of https://${trust.origin}`);
  }
  const key = entitled(keyOf(trust, receipt.kid), RECEIPT_KIND, receipt.size - 1n);
  return verifyReceipt(receipt, await leafOf(statement), statement.subject, key.publicKey);
}

/** DOMAIN.md, Control: certificates by the programme's `certified_by`, titles by an authority. */
function checkAwarder(record, organisation, included, trust) {
  if (record.kind === "title.granted") {
    if (organisation.kind === AUTHORITY_KIND) return;
    throw notEntitled(`${organisation.code} is no authority, and only an authority grants titles`);
  }
  const code = record.fields.get("programme");
  const programme = trust.programmes.get(code);
  if (!programme && included.index >= trust.asOf) {
    throw new CouldNotCheck(`programme ${code} is not in the trust file (as of entry ${trust.asOf}): get a newer one`);
  }
  if (!programme) throw notEntitled(`programme ${code} is none that the base published`);
  if (programme.certifiedBy !== organisation.code) {
    throw notEntitled(`${organisation.code} does not certify ${code}, ${programme.certifiedBy} does`);
  }
}
