/** A C2SP tlog-checkpoint in its signed note, twin of verifier/note.py and verifier/checkpoint.py: a tree head. */
import { concat, fromBase64, sha256, toHex, utf8 } from "./bytes.js";
import { verify as verifyEd25519 } from "./ed25519.js";
import { malformed, unknownKey } from "./errors.js";
import { HASH_SIZE } from "./merkle.js";
import { CHECKPOINT_KIND } from "./trust.js";
import { ED25519_TYPE, KEY_NAME } from "./verifierkey.js";

const MAX_NOTE = 1_000_000;
const MAX_SIGNATURES = 100;
const LARGEST = 2n ** 63n;
const CONTROL = /[\0-\x09\x0b-\x1f]/;

/** The tree head `{origin, size, root}`, signed by one of the log's keys for this origin. */
export async function verify(data, trust) {
  // (1) Read the note.
  const { text, signatures } = parseNote(data);
  // (2) Check the signatures of known keys; at least one must be the log's own.
  await signedBy(text, signatures, trust);
  // (3) Read the text. (4) The origin must be the one that is trusted: one key never speaks for two logs.
  const head = parse(text);
  if (head.origin !== trust.origin) throw malformed(`checkpoint is of log ${head.origin}, not of ${trust.origin}`);
  return head;
}

function parse(text) {
  const lines = text.split("\n");
  if (lines.length !== 4 || lines[3]) {
    throw malformed("a checkpoint of this log is exactly origin, size and root hash, a line each");
  }
  const [origin, size, encoded] = lines;
  if (!KEY_NAME.test(origin)) throw malformed("checkpoint has no origin");
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(size) || BigInt(size) >= LARGEST) {
    throw malformed("checkpoint size is not a whole number below 2^63");
  }
  const root = fromBase64(encoded);
  if (root?.length !== HASH_SIZE) throw malformed("checkpoint's root hash is not 32 bytes in canonical base64");
  return { origin, size: BigInt(size), root };
}

/** The text of a note and its signature lines, of which none is checked. */
export function parseNote(data) {
  if (data.length > MAX_NOTE) throw malformed("note is larger than 1 MB");
  const whole = decoded(data);
  if (CONTROL.test(whole)) throw malformed("note holds a control character");
  const split = whole.lastIndexOf("\n\n");
  if (split < 0 || !whole.endsWith("\n")) {
    throw malformed("note has no blank line before its signatures, or does not end in a newline");
  }
  const lines = whole.slice(split + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw malformed(`note has more than ${MAX_SIGNATURES} signature lines`);
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function decoded(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw malformed("note is not UTF-8");
  }
}

function parseSignature(line) {
  const [dash, name, ...encoded] = line.split(" ");
  if (dash !== "\u2014" || !KEY_NAME.test(name ?? "")) throw malformed("a signature line is not «\u2014 name base64»");
  const data = fromBase64(encoded.join(" "));
  if (!data) throw malformed(`signature of ${name} is not canonical base64`);
  if (data.length < 5) throw malformed(`signature of ${name} is too short`);
  return { name, id: toHex(data.subarray(0, 4)), signature: data.subarray(4) };
}

/** A line by an unknown key is ignored, as C2SP signed-note asks; one that claims a known key must verify. */
async function signedBy(text, signatures, trust) {
  const known = new Map();
  for (const { kinds, publicKey, compromisedFrom } of trust.keys.values()) {
    if (!kinds.has(CHECKPOINT_KIND) || compromisedFrom !== null) continue;
    const typed = concat(Uint8Array.of(ED25519_TYPE), publicKey);
    known.set(toHex(await sha256(utf8(`${trust.origin}\n`), typed)).slice(0, 8), publicKey);
  }
  const good = new Set();
  for (const { name, id, signature } of signatures) {
    const publicKey = name === trust.origin && known.get(id);
    if (!publicKey) continue;
    if (good.has(id)) throw malformed(`note is signed twice by ${name}`);
    await verifyEd25519(publicKey, signature, utf8(text));
    good.add(id);
  }
  if (!good.size) throw unknownKey("checkpoint is not signed by the log's key");
}
