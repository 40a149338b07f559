/**
 * A Transparent Statement (RFC 9943): a statement with its receipt, and with what the holder discloses of it.
 * These bytes are what the proof code carries and what lies in an issued PDF as `proof.cbor`.
 */
import { isBytes } from "./bytes.js";
import { encodeBytes } from "./cbor.js";
import { malformed } from "./errors.js";
import { parse as parseReceipt } from "./receipt.js";
import { parseWithHeader } from "./statement.js";

/** Unprotected header label `sd_claims` (SD-CWT). */
const DISCLOSURES = 17;
const RECEIPTS = 394;
const MAX_SIZE = 64 * 1024;

/** Reads a Transparent Statement with exactly one receipt; nothing of it is verified yet. */
export function parse(data) {
  if (data.length > MAX_SIZE) throw malformed(`a proof is at most ${MAX_SIZE} bytes`);
  const [statement, header] = parseWithHeader(data);
  if ([...header.keys()].some((label) => label !== DISCLOSURES && label !== RECEIPTS)) {
    throw malformed("the unprotected header of a proof holds more than disclosures and receipts");
  }
  const disclosures = byteStrings(header, DISCLOSURES, "disclosures");
  const receipts = byteStrings(header, RECEIPTS, "receipts");
  if (header.has(DISCLOSURES) && !disclosures.length) throw malformed("an empty list of disclosures is left out");
  if (receipts.length !== 1) throw malformed(`a proof carries one receipt, not ${receipts.length}`);
  // A disclosure is `bstr .cbor […]`; its hash is over the encoding of that byte string.
  return { statement, disclosures: disclosures.map(encodeBytes), receipt: parseReceipt(receipts[0]) };
}

function byteStrings(header, label, what) {
  const value = header.has(label) ? header.get(label) : [];
  if (!Array.isArray(value) || !value.every(isBytes)) throw malformed(`${what} are not a list of byte strings`);
  return value;
}
