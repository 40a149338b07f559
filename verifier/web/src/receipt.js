/** Receipts of inclusion: RFC 9942 with the RFC 9162 SHA-256 tree, and the tree size in the protected header too. */
import { isBytes } from "./bytes.js";
import { decode } from "./cbor.js";
import { verify as verifyEd25519 } from "./ed25519.js";
import { VerificationError, malformed, notIncluded } from "./errors.js";
import { HASH_SIZE, rootFromPath } from "./merkle.js";
import { isWhole } from "./record.js";
import { coseSign1Parts, headersOf, keyId, textClaims, toBeSigned } from "./statement.js";

const [ALG, KID, CWT_CLAIMS] = [1, 4, 15];
const [VDS, VDP] = [395, 396];
const RFC9162_SHA256 = 1;
const INCLUSION = -1;
/** Private protected label: the tree size that the receipt speaks of. */
const TREE_SIZE = -65537;

/** Reads a receipt. Nothing is proved before `verify`. */
export function parse(data) {
  const [protectedBytes, unprotected, payload, signature] = coseSign1Parts(data);
  const headers = headersOf(protectedBytes, [ALG, KID, CWT_CLAIMS, VDS, TREE_SIZE], "the receipt's protected header");
  if (headers.get(VDS) !== RFC9162_SHA256 || payload !== null) {
    throw malformed("not an RFC 9162 SHA-256 receipt with detached payload");
  }
  const [issuer, subject] = textClaims(headers);
  const [size, index, path] = proofOf(unprotected);
  if (headers.get(TREE_SIZE) !== size) {
    throw malformed(`the receipt is signed for a tree of another size than the ${size} of its proof`);
  }
  return {
    protectedBytes, signature, kid: keyId(headers), issuer, subject, size: BigInt(size), index: BigInt(index), path,
  };
}

/** What the receipt proves of the entry with this leaf hash: index, size and root. RFC 9942 §5.2. */
export async function verify(receipt, leaf, subject, publicKey) {
  // (1) The receipt must speak of this statement's subject.
  if (receipt.subject !== subject) throw notIncluded(`the receipt is for ${receipt.subject}, not for ${subject}`);
  // (2) Recompute the root: size and index in the unprotected header are not signed.
  const root = await rootFromPath(leaf, receipt.index, receipt.size, receipt.path);
  // (3) Verify the log's signature over that root as detached payload: one verdict for path, leaf and signature.
  try {
    await verifyEd25519(publicKey, receipt.signature, toBeSigned(receipt.protectedBytes, root));
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    throw notIncluded(`the receipt does not prove that the entry is in the log: ${error.message}`);
  }
  return { index: receipt.index, size: receipt.size, root };
}

function proofOf(unprotected) {
  const proofs = unprotected.get(VDP);
  if (unprotected.size !== 1 || !(proofs instanceof Map) || proofs.size !== 1 || !proofs.has(INCLUSION)) {
    throw malformed("the receipt's unprotected header does not hold exactly one inclusion proof");
  }
  const listed = proofs.get(INCLUSION);
  if (!Array.isArray(listed) || listed.length !== 1 || !isBytes(listed[0])) {
    throw malformed("the receipt does not hold exactly one inclusion proof");
  }
  const proof = decode(listed[0]);
  if (!Array.isArray(proof) || proof.length !== 3) throw malformed("an inclusion proof is not [size, index, path]");
  const [size, index, path] = proof;
  const numbers = isWhole(size) && isWhole(index) && size >= 2 && index >= 0 && index < size;
  if (!numbers || !Array.isArray(path)) throw malformed("an inclusion proof is not [size, index, path]");
  if (!path.every((node) => isBytes(node) && node.length === HASH_SIZE)) {
    throw malformed("an inclusion path is not a list of 32-byte hashes");
  }
  return proof;
}
