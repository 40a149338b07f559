/** What stands on paper for a person or a camera to pass on: certificate numbers, link ids, and the two addresses. */
import { fromHex, sha256, utf8 } from "./bytes.js";
import { malformed } from "./errors.js";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ISO_7064 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOOKALIKES = { I: "1", L: "1", O: "0" };
const TYPED_LIMIT = 128;
const PROOF_LIMIT = 65_536;
const DIGITS_LIMIT = Math.floor(((PROOF_LIMIT * 8 + 1) * 30_103) / 100_000) + 2;
const HOST_LIMIT = 253;
const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const ORIGIN = new RegExp(`^(https?)://((?:${LABEL})(?:\\.${LABEL})*|\\[::1\\])(?::([1-9][0-9]{0,4}))?`, "i");
const LOOPBACK = /^(?:localhost|\[::1\]|127(?:\.(?:0|[1-9][0-9]{0,2})){3})$/;
/** Blanks, and what people take for a hyphen; a byte order mark is neither. */
export const SKIPPED = /(?!\ufeff)[\s\x1c-\x1f\x85\u00ad\u2010-\u2015\u2212\u30fc-]/gu;

/** The certificate number as it is printed, from what a person typed, with the reason if it cannot be one. */
export function checkNumber(text) {
  if ([...text].length > TYPED_LIMIT) throw malformed(`certificate number: longer than ${TYPED_LIMIT} characters`);
  const kept = text.normalize("NFKC").replace(SKIPPED, "");
  const odd = /[^A-Za-z0-9]/u.exec(kept);
  if (odd) throw malformed(`certificate number: ${JSON.stringify(odd[0])} is neither a letter A to Z nor a digit`);
  const capitals = kept.toUpperCase();
  const folded = capitals.slice(0, -18) + capitals.slice(-18).replace(/[ILO]/g, (letter) => LOOKALIKES[letter]);
  const found = /^([A-Z0-9]{1,16})([0-9]{4})([0-9A-Z]{13})([0-9A-Z])$/.exec(folded);
  if (!found) throw malformed("certificate number: not of the form PREFIX-YEAR-13 characters-check character");
  const [, prefix, year, middle, check] = found;
  const stranger = [...middle].find((character) => !ALPHABET.includes(character));
  if (stranger) throw malformed(`certificate number: "${stranger}" never occurs behind the year`);
  if (check !== checkCharacter(prefix + year + middle)) {
    throw malformed("certificate number: the check character does not fit, so some character is mistyped");
  }
  return `${prefix}-${year}-${middle}-${check}`;
}

/** SHA-256 of the canonical number (capitals and digits alone): its only trace in the log. */
export function numberDigest(text) {
  return sha256(utf8(checkNumber(text).replaceAll("-", "")));
}

/** SHA-256 of a link id in its canonical form: its only trace in the log. */
export const linkDigest = (linkId) => sha256(utf8(checkLinkId(linkId)));

/** What a code on paper says: `{scheme, host}` with `linkId` or `proof`. Host and link id in either case. */
export function parseAddress(text) {
  if (text.length > DIGITS_LIMIT + HOST_LIMIT + 32) throw malformed("address: too long");
  const found = ORIGIN.exec(text);
  if (!found) throw malformed("address: begins neither with https:// and a host nor with http:// and a loopback host");
  const origin = originOf(found);
  const path = text.slice(found[0].length);
  if (path.startsWith("/p#")) return { ...origin, proof: proofOf(path.slice(3)) };
  if (/^\/[Cc]\//.test(path)) return { ...origin, linkId: checkLinkId(path.slice(3)) };
  throw malformed("address: the path is neither /C/ and a link id nor /p# and digits");
}

/** The proof that decimal digits carry: they are the integer of 0x01 ‖ proof. */
export function proofOf(digits) {
  if (!/^[1-9][0-9]*$/.test(digits)) {
    throw malformed("address: behind the # stand decimal digits alone, without leading zeros");
  }
  if (digits.length > DIGITS_LIMIT) throw malformed(`address: a proof has at most ${PROOF_LIMIT} bytes`);
  const hex = BigInt(digits).toString(16);
  const data = fromHex(hex.padStart(hex.length + (hex.length % 2), "0"));
  if (data[0] !== 1 || data.length < 2 || data.length - 1 > PROOF_LIMIT) {
    throw malformed(`address: the digits are not those of 0x01 and a proof of 1 to ${PROOF_LIMIT} bytes`);
  }
  return data.subarray(1);
}

/** The link id in its canonical form, capitals; either case is accepted, nothing else. */
export function checkLinkId(text) {
  const found = /^[0-9a-hjkmnp-tv-z]{24}$/i.exec(text);
  if (!found) throw malformed("link id: not 24 characters of Crockford base32");
  return text.toUpperCase();
}

function originOf([, scheme, name, port]) {
  const [low, host] = [scheme.toLowerCase(), name.toLowerCase()];
  if (host.length > HOST_LIMIT) throw malformed(`address: host longer than ${HOST_LIMIT} characters`);
  if (port && Number(port) > 65_535) throw malformed(`address: there is no port ${port}`);
  if (low === "http" && !LOOPBACK.test(host)) throw malformed("address: http is accepted for loopback hosts alone");
  return { scheme: low, host: port ? `${host}:${port}` : host };
}

/** The check character of capitals and digits: ISO/IEC 7064 MOD 37,36. */
function checkCharacter(text) {
  let product = 36;
  for (const character of text) product = (((product + ISO_7064.indexOf(character)) % 36 || 36) * 2) % 37;
  return ISO_7064[(37 - product) % 36];
}
