/** A SCITT Signed Statement (RFC 9943) as a `COSE_Sign1` (RFC 9052 §4.2): the signed bytes of one event. */
import { concat, isBytes } from "./bytes.js";
import { decode, encodeBytes } from "./cbor.js";
import { verify } from "./ed25519.js";
import { VerificationError, badSignature, malformed } from "./errors.js";
import { leafHash } from "./merkle.js";
import { readPayload } from "./record.js";

export const MEDIA_TYPE = "application/vnd.certledger.event+cbor";
const [ALG, KID, CWT_CLAIMS, TYP] = [1, 4, 15, 16];
const [ISS, SUB] = [1, 2];
const ALGORITHMS = [-8, -19];
const COSE_SIGN1_TAG = 0xd2;
const SUBJECT_PREFIX = "urn:uuid:";
// The array of four and the text "Signature1".
const SIGNATURE1 = Uint8Array.of(0x84, 0x6a, 0x53, 0x69, 0x67, 0x6e, 0x61, 0x74, 0x75, 0x72, 0x65, 0x31);

/** Reads a log entry: exactly one statement with an empty unprotected header. Its signature is not checked by reading. */
export function parse(data) {
  const [statement, unprotected] = parseWithHeader(data);
  if (unprotected.size) throw malformed("the unprotected header of a log entry is not empty");
  return statement;
}

/** Reads a statement that travels: the statement as logged, and its unprotected header. */
export function parseWithHeader(data) {
  const [protectedBytes, unprotected, payload, signature] = coseSign1Parts(data);
  if (!isBytes(payload)) throw malformed("a statement's payload is not attached");
  const record = readPayload(payload);
  const headers = headersOf(protectedBytes, [ALG, KID, CWT_CLAIMS, TYP], "the protected header");
  const [issuer, subject] = textClaims(headers);
  if (headers.get(TYP) !== MEDIA_TYPE) throw malformed(`the statement's typ is not ${MEDIA_TYPE}`);
  if (subject !== SUBJECT_PREFIX + record.stream) {
    throw malformed(`the subject in the header is not the payload's stream ${record.stream}`);
  }
  const raw = concat(
    Uint8Array.of(COSE_SIGN1_TAG, 0x84), encodeBytes(protectedBytes), Uint8Array.of(0xa0),
    encodeBytes(payload), encodeBytes(signature),
  );
  return [{ raw, protectedBytes, payload, signature, kid: keyId(headers), issuer, subject, record }, unprotected];
}

/** RFC 6962 leaf hash of the log entry. */
export const leafOf = (statement) => leafHash(statement.raw);

/** The same statement, its signature checked (RFC 9052 §4.4). */
export async function verifySignature(statement, publicKey) {
  try {
    await verify(publicKey, statement.signature, toBeSigned(statement.protectedBytes, statement.payload));
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    const { name } = statement.record;
    throw badSignature(`${name}: the statement's bytes or its signature were altered (${error.message})`);
  }
  return statement;
}

/** `Sig_structure` of RFC 9052 §4.4 with empty external_aad. */
export function toBeSigned(protectedBytes, payload) {
  return concat(SIGNATURE1, encodeBytes(protectedBytes), Uint8Array.of(0x40), encodeBytes(payload));
}

/** Protected bytes, unprotected map, payload or null, and signature of a tagged COSE_Sign1. */
export function coseSign1Parts(data) {
  if (data[0] !== COSE_SIGN1_TAG) throw malformed("not a COSE_Sign1 (tag 18)");
  const parts = decode(data.subarray(1));
  if (!Array.isArray(parts) || parts.length !== 4) throw malformed("a COSE_Sign1 has four parts");
  const [protectedBytes, unprotected, payload, signature] = parts;
  if (!isBytes(protectedBytes) || !(unprotected instanceof Map) || !isBytes(signature)) {
    throw malformed("a part of the COSE_Sign1 has the wrong type");
  }
  if (signature.length !== 64 || !(payload === null || isBytes(payload))) {
    throw malformed("a part of the COSE_Sign1 has the wrong type or length");
  }
  return parts;
}

/** The protected headers, exactly those of these labels, the algorithm Ed25519 under either of its two COSE names. */
export function headersOf(protectedBytes, labels, where) {
  const headers = decode(protectedBytes);
  if (!(headers instanceof Map) || headers.size !== labels.length || !labels.every((label) => headers.has(label))) {
    throw malformed(`${where} does not hold exactly the labels ${labels.join(", ")}`);
  }
  if (!ALGORITHMS.includes(headers.get(ALG))) throw malformed(`${where}: the algorithm is not EdDSA (-8) or Ed25519 (-19)`);
  return headers;
}

/** Issuer and subject of the CWT Claims header (RFC 9597). */
export function textClaims(headers) {
  const claims = headers.get(CWT_CLAIMS);
  if (!(claims instanceof Map) || claims.size !== 2 || !claims.has(ISS) || !claims.has(SUB)) {
    throw malformed("the CWT claims in the header are not exactly issuer and subject");
  }
  const pair = [claims.get(ISS), claims.get(SUB)];
  if (!pair.every((claim) => typeof claim === "string")) throw malformed("issuer and subject in the header are not text");
  return pair;
}

/** The key id: a COSE Key Thumbprint (RFC 9679). */
export function keyId(headers) {
  const kid = headers.get(KID);
  if (!isBytes(kid) || kid.length !== 32) throw malformed("key id in the header is not a thumbprint of 32 bytes");
  return kid;
}
