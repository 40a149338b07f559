/** A C2SP verifier key (signed-note), twin of `VerifierKey` in verifier/note.py. */
import { fromBase64, sha256, toHex, utf8 } from "./bytes.js";
import { checkPublicKey } from "./ed25519.js";
import { malformed } from "./errors.js";

export const ED25519_TYPE = 0x01;
export const COSIGNATURE_TYPE = 0x04;
/** A name in a verifier key or a signature line: not empty, no blank, no plus sign. */
export const KEY_NAME = /^[^+\s\p{C}]+$/u;

/** What `name+hex(key id)+base64(type ‖ public key)` says: name, id in hex, type and public key. */
export async function verifierKey(text) {
  const [name, id, ...encoded] = text.split("+");
  const data = fromBase64(encoded.join("+"));
  if (!KEY_NAME.test(name) || !data) throw malformed("not a verifier key: name+keyid+key");
  if (data.length !== 33 || ![ED25519_TYPE, COSIGNATURE_TYPE].includes(data[0])) {
    throw malformed(`verifier key ${name} is not an Ed25519 key`);
  }
  const publicKey = checkPublicKey(data.slice(1));
  if (toHex(await sha256(utf8(`${name}\n`), data)).slice(0, 8) !== id) {
    throw malformed(`verifier key ${name}: the key id is not that of the key`);
  }
  return { text, name, id, type: data[0], publicKey };
}
