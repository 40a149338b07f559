/** What witnesses signed of a checkpoint (C2SP tlog-cosignature v1), twin of verifier/cosignatures.py. */
import { toHex, utf8 } from "./bytes.js";
import { parseNote } from "./checkpoint.js";
import { verify as verifyEd25519 } from "./ed25519.js";
import { CouldNotCheck, badSignature, malformed } from "./errors.js";
import { quorumMet } from "./witnesses.js";

const LENGTH = 8 + 64;
const LATEST = 2n ** 63n;

/** The good cosignatures by the witnesses of the trust file, in its order, and whether they are a quorum. */
export async function judge(data, { witnesses: policy }) {
  const { text, signatures } = parseNote(data);
  const found = [];
  for (const { name, key } of policy.witnesses) {
    const lines = signatures.filter((line) => line.name === key.name && line.id === key.id);
    if (lines.length > 1) throw malformed(`note is signed twice by ${key.name}`);
    if (lines.length) found.push({ name, time: await timeOf(key, lines[0].signature, text) });
  }
  return { cosignatures: found, quorum: quorumMet(policy, found.map(({ name }) => name)) };
}

/** What `judge` gives, if it is a quorum: without one, a checkpoint might be shown to this reader alone. */
export async function checkQuorum(data, trust) {
  const { cosignatures, quorum } = await judge(data, trust);
  if (quorum) return cosignatures;
  const { witnesses, quorum: wanted } = trust.witnesses;
  throw new CouldNotCheck(
    `the checkpoint is cosigned by ${cosignatures.length} of ${witnesses.length} witnesses; the quorum ${wanted} is missing`,
  );
}

async function timeOf(key, signature, text) {
  if (signature.length !== LENGTH) throw badSignature("a cosignature is not a time and 64 bytes");
  const time = BigInt(`0x${toHex(signature.subarray(0, 8))}`);
  await verifyEd25519(key.publicKey, signature.subarray(8), utf8(`cosignature/v1\ntime ${time}\n${text}`));
  if (time >= LATEST) throw malformed(`the cosignature of ${key.name} says a time that no clock shows`);
  return time;
}
