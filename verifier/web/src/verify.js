/** What a proof proves, without asking anyone: the steps of verifier/verify.py, one verdict. */
import { equal } from "./bytes.js";
import { numberDigest } from "./address.js";
import { parse as parseBundle } from "./bundle.js";
import { keyCompromised, malformed, mismatch, notEntitled, notIncluded } from "./errors.js";
import { verify as verifyReceipt } from "./receipt.js";
import { reveal } from "./record.js";
import { leafOf, verifySignature } from "./statement.js";
import { RECEIPT_KIND, entitled, keyOf } from "./trust.js";

const AWARDS = ["certificate.awarded/1", "title.granted/1"];

/**
 * The award that a proof proves under a trust file. Throws `VerificationError` with a stable code.
 *
 * What comes back was true as of log entry `size - 1`; whether the award still stands is for the status list to say.
 */
export async function verifyProof(proof, trust) {
  // (1) One exact encoding of one award with its receipt.
  const { statement, disclosures, receipt } = parseBundle(proof);
  const { record } = statement;
  if (!AWARDS.includes(record.name)) throw malformed(`${record.name} is not an award`);
  // (2) The signer is known, and entitled to this kind of event at this index.
  const key = entitled(keyOf(trust, statement.kid), record.kind, receipt.index);
  const organisation = trust.organisations.get(key.organisation);
  if (statement.issuer !== organisation.uri) {
    throw notEntitled(`issuer ${statement.issuer} is not ${key.organisation}, whose key signed`);
  }
  // (3) The signer's signature.
  await verifySignature(statement, key.publicKey);
  // (4) The log says that the entry is at that index: a receipt by a key of this log that is for receipts.
  const included = await verifyReceipt(receipt, await leafOf(statement), statement.subject, receiptKey(receipt, trust));
  // (5) What is disclosed is what was committed to, and an award says what it is on paper.
  const disclosed = await reveal(record, disclosures);
  if (!disclosed.has("number")) throw malformed("the proof does not disclose what is printed");
  // (6) The number on paper is that of the award.
  if (!equal(await numberDigest(disclosed.get("number")), record.fields.get("number_hash"))) {
    throw mismatch("the number disclosed is not the number of the award");
  }
  return { record, key, organisation, disclosed, ...included };
}

function receiptKey(receipt, trust) {
  const key = entitled(keyOf(trust, receipt.kid), RECEIPT_KIND, receipt.size - 1n);
  // Whoever holds a stolen receipt key can date a receipt at will: none of its receipts proves anything.
  if (key.compromisedFrom !== null) throw keyCompromised(`the log's receipt key ${key.kid.slice(0, 16)} is compromised`);
  if (receipt.issuer !== `https://${trust.origin}`) {
    throw notIncluded(`the receipt is of ${receipt.issuer}, not of ${trust.origin}`);
  }
  return key.publicKey;
}
