/**
 * The file seal, twin of verifier/seal.py: a signature inside a PDF over all its other bytes, so that an edited file is
 * found with no network.
 */
import { equal, fromBase64, sha256, utf8 } from "./bytes.js";
import { verify } from "./ed25519.js";
import { VerificationError, notAsIssued } from "./errors.js";

const MARKER = utf8("certledger-seal:");
/** Characters of base64 for a signature of 64 bytes. */
const LENGTH = 88;
const SIGNATURE_SIZE = 64;
const PLACEHOLDER = utf8("A".repeat(LENGTH));
const text = new TextDecoder("latin1");

/** The digest of a file that is, byte for byte, one sealed with that key. Throws `not-as-issued`. */
export async function check(pdf, publicKey) {
  const start = position(pdf);
  // Base64 has spare bits, and `A` alone is a placeholder: only the one right spelling of 64 bytes is a seal.
  const signature = fromBase64(text.decode(pdf.subarray(start, start + LENGTH)));
  if (signature?.length !== SIGNATURE_SIZE) {
    throw notAsIssued(`file: its seal, at byte ${start}, is not a signature in base64`);
  }
  const digest = await sha256(pdf.subarray(0, start), PLACEHOLDER, pdf.subarray(start + LENGTH));
  try {
    await verify(publicKey, signature, digest);
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    const which = `the seal at byte ${start} does not fit the other ${pdf.length - LENGTH} bytes`;
    throw notAsIssued(`file: not as it was sealed, or sealed with another key: ${which} (${error.message})`);
  }
  return digest;
}

/** Where the seal's characters begin. A file with two seals could show one and be judged by the other. */
function position(pdf) {
  const found = find(pdf, MARKER, 0);
  if (found < 0) throw notAsIssued("file: it carries no seal of a ledger");
  const second = find(pdf, MARKER, found + 1);
  if (second >= 0) throw notAsIssued(`file: it carries more than one seal, at bytes ${found} and ${second}`);
  const start = found + MARKER.length;
  const [characters] = /^[A-Za-z0-9+/=]*/.exec(text.decode(pdf.subarray(start, start + LENGTH)));
  if (characters.length < LENGTH) {
    const end = start + characters.length;
    throw notAsIssued(`file: its seal is not ${LENGTH} characters of base64: it ends at byte ${end}`);
  }
  return start;
}

/** Where `part` first stands in `data` at `from` or behind it, or -1. */
export function find(data, part, from) {
  for (let at = data.indexOf(part[0], from); at >= 0; at = data.indexOf(part[0], at + 1)) {
    if (equal(data.subarray(at, at + part.length), part)) return at;
  }
  return -1;
}
