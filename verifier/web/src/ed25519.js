/**
 * Ed25519 with one verdict everywhere. Libraries differ on non-canonical encodings and small-order points, so the
 * encodings are checked here first, by the rules of verifier/keys.py; then WebCrypto checks the equation, or
 * `@noble/ed25519` where WebCrypto does not know Ed25519.
 */
import { concat, equal, sha256, toHex } from "./bytes.js";
import { badSignature } from "./errors.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const Y_MASK = 2n ** 255n - 1n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
// The y coordinates of the eight points of small order (order 1, 2, 4 and 8).
const ORDER_8_Y = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL_ORDER_Y = new Set([0n, 1n, P - 1n, ORDER_8_Y, P - ORDER_8_Y]);

const good = new Set();

/** The same key, if it may be used to verify: canonical, on the curve, not of small order. */
export function checkPublicKey(publicKey) {
  const name = toHex(publicKey);
  if (good.has(name)) return publicKey;
  checkPoint(publicKey, "public key");
  const y = littleEndian(publicKey) & Y_MASK;
  // x² = (y² - 1) / (d·y² + 1) has a root (RFC 8032 §5.1.3); x = 0 belongs to points of small order alone.
  const u = y * y - 1n;
  const v = D * y * y + 1n;
  if (power(u * v, (P - 1n) / 2n) !== 1n) throw badSignature("public key is not a point of the curve");
  good.add(name);
  return publicKey;
}

/** The message, if `signature` by `publicKey` over it is good (RFC 8032 §5.1.7, strict). */
export async function verify(publicKey, signature, message) {
  checkPublicKey(publicKey);
  if (signature.length !== 64) throw badSignature(`signature is ${signature.length} bytes long, not 64`);
  checkPoint(signature.subarray(0, 32), "signature's R");
  if (littleEndian(signature.subarray(32)) >= L) throw badSignature("signature's S is not below the group order");
  const native = await webCryptoKey(publicKey);
  const holds = native
    ? await crypto.subtle.verify("Ed25519", native, signature, message)
    : await verifyPortably(publicKey, signature, message);
  if (!holds) throw badSignature("signature does not verify");
  return message;
}

/** COSE Key Thumbprint: SHA-256 over the required members of an OKP key (RFC 9679 §3, RFC 9053 §7.2). */
export function thumbprint(publicKey) {
  return sha256(Uint8Array.of(0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20), publicKey);
}

/**
 * The equation S·B = R + k·A without WebCrypto's Ed25519, R compared as bytes. `@noble/ed25519`'s own `verify` clears
 * the cofactor and so takes signatures that libsodium and OpenSSL refuse.
 */
export async function verifyPortably(publicKey, signature, message) {
  const { Point } = await import("@noble/ed25519");
  const r = signature.subarray(0, 32);
  const hashed = new Uint8Array(await crypto.subtle.digest("SHA-512", concat(r, publicKey, message)));
  const k = littleEndian(hashed) % L;
  const s = littleEndian(signature.subarray(32));
  const point = Point.BASE.multiply(s, false).add(Point.fromBytes(publicKey).multiply(k, false).negate());
  return equal(point.toBytes(), r);
}

async function webCryptoKey(publicKey) {
  try {
    return await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") return undefined;
    throw badSignature("public key is not one that this browser takes");
  }
}

function checkPoint(encoded, what) {
  if (encoded.length !== 32) throw badSignature(`${what} is ${encoded.length} bytes long, not 32`);
  const y = littleEndian(encoded) & Y_MASK;
  if (y >= P) throw badSignature(`${what} is not in canonical form (RFC 8032 §5.1.3)`);
  if (SMALL_ORDER_Y.has(y)) throw badSignature(`${what} is a point of small order`);
}

function littleEndian(data) {
  return BigInt(`0x${toHex(Uint8Array.from(data).reverse())}`);
}

function power(number, exponent) {
  let result = 1n;
  let square = number % P;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}
