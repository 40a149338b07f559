/** The published status list: IETF Token Status List in CWT form, two bits an award (verifier/statuslist.py). */
import { isBytes } from "./bytes.js";
import { decode } from "./cbor.js";
import { verify as verifyEd25519 } from "./ed25519.js";
import { malformed } from "./errors.js";
import { HASH_SIZE } from "./merkle.js";
import { isWhole } from "./record.js";
import { coseSign1Parts, headersOf, keyId, toBeSigned } from "./statement.js";

export const STATUS = ["valid", "invalid", "suspended"];
/** Awards a list. */
export const LIST_LENGTH = 2 ** 20;

const MEDIA_TYPE = "application/statuslist+cwt";
const [ALG, KID, TYP] = [1, 4, 16];
const [SUB, IAT, TTL, STATUS_LIST, LOG_SIZE, LOG_ROOT] = [2, 6, 65534, 65533, -65538, -65539];
const BITS = 2;
const LIST_BYTES = (LIST_LENGTH * BITS) / 8;

/** Thumbprint of the key that claims to have signed a token. */
export function signer(token) {
  const headers = headersOf(coseSign1Parts(token)[0], [ALG, KID, TYP], "a status list's protected header");
  if (headers.get(TYP) !== MEDIA_TYPE) throw malformed(`not a status list token: its typ is not ${MEDIA_TYPE}`);
  return keyId(headers);
}

/** The list, its signature checked. */
export async function verify(token, publicKey) {
  signer(token);
  const [protectedBytes, unprotected, payload, signature] = coseSign1Parts(token);
  if (unprotected.size || payload === null) {
    throw malformed("a status list token has an attached payload and an empty unprotected header");
  }
  await verifyEd25519(publicKey, signature, toBeSigned(protectedBytes, payload));
  return read(decode(payload));
}

/** The status at an index: a position in `STATUS`. */
export function statusAt(list, index) {
  const position = Number(BigInt(index) % BigInt(LIST_LENGTH));
  return (list.bits[Math.floor(position / 4)] >> (2 * (position % 4))) & 3;
}

async function read(claims) {
  const keys = [SUB, IAT, TTL, STATUS_LIST, LOG_SIZE, LOG_ROOT];
  if (!(claims instanceof Map) || claims.size !== keys.length || !keys.every((key) => claims.has(key))) {
    throw malformed("the status list's claims are not exactly sub, iat, ttl, status_list, log size and root");
  }
  const [uri, issuedAt, ttl, listed, size, root] = keys.map((key) => claims.get(key));
  if (typeof uri !== "string" || ![issuedAt, ttl, size].every((number) => isWhole(number) && number >= 0)) {
    throw malformed("a claim of the status list has the wrong type");
  }
  if (!isBytes(root) || root.length !== HASH_SIZE) throw malformed("the status list's log root is not 32 bytes");
  if (!(listed instanceof Map) || listed.size !== 2 || listed.get("bits") !== BITS || !isBytes(listed.get("lst"))) {
    throw malformed(`the status list is not one of ${BITS} bits`);
  }
  return { uri, issuedAt, ttl, size: BigInt(size), root, bits: await inflate(listed.get("lst")) };
}

/** Inflates no further than a list is long. */
async function inflate(data) {
  const bits = new Uint8Array(LIST_BYTES);
  let filled = 0;
  try {
    for await (const chunk of chunks(new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate")))) {
      if (filled + chunk.length > LIST_BYTES) throw malformed(`the status list holds more than ${LIST_LENGTH} entries`);
      bits.set(chunk, filled);
      filled += chunk.length;
    }
  } catch (error) {
    if (error.code === "malformed") throw error;
    throw malformed("the status list's bits are not zlib");
  }
  if (filled !== LIST_BYTES) throw malformed(`the status list does not hold ${LIST_LENGTH} entries`);
  return bits;
}

async function* chunks(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}
