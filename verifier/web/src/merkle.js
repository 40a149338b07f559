/** The Merkle tree of RFC 6962 §2.1 / RFC 9162 §2.1 over SHA-256: hashes and proofs. Sizes and indices are BigInts. */
import { equal, sha256 } from "./bytes.js";
import { inconsistent, notIncluded } from "./errors.js";

export const HASH_SIZE = 32;

/** Hash of one log entry: SHA-256(0x00 ‖ entry). */
export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right);

/** The root that an inclusion path leads to (RFC 9162 §2.1.3.2). */
export async function rootFromPath(leaf, index, size, path) {
  if (!(index >= 0n && index < size)) throw notIncluded(`index ${index} lies outside a tree of ${size} entries`);
  if ([leaf, ...path].some((node) => node.length !== HASH_SIZE)) {
    throw notIncluded("a hash in the inclusion path is not 32 bytes long");
  }
  const climb = new Climb(index, size - 1n);
  let root = leaf;
  for (const node of path) {
    if (climb.atTop) throw notIncluded("the inclusion path is longer than the tree is high");
    root = climb.step() ? await nodeHash(node, root) : await nodeHash(root, node);
  }
  if (!climb.atTop) throw notIncluded("the inclusion path is shorter than the tree is high");
  return root;
}

/** Checks that `leaf` is entry `index` of the tree of `size` entries with this root. */
export async function verifyInclusion(leaf, index, size, path, root) {
  if (!equal(await rootFromPath(leaf, index, size, path), root)) {
    throw notIncluded(`the inclusion path of entry ${index} does not lead to the root of the tree of ${size} entries`);
  }
}

/** Checks that the tree of `size` entries extends that of `old` entries (RFC 9162 §2.1.4.2). */
export async function verifyConsistency(old, size, proof, oldRoot, root) {
  const refused = () => inconsistent(`the tree of ${size} entries does not extend the one of ${old} entries`);
  if (!(old >= 0n && old <= size)) throw refused();
  if (old === size) {
    if (proof.length || !equal(oldRoot, root)) throw refused();
    if (old === 0n && !equal(oldRoot, await sha256())) throw refused();
    return;
  }
  if (old === 0n) throw inconsistent("an empty tree says nothing of what came after it: there is nothing to check against");
  if (proof.some((node) => node.length !== HASH_SIZE)) {
    throw inconsistent("a hash in the consistency proof is not 32 bytes long");
  }
  const nodes = old & (old - 1n) ? proof : [oldRoot, ...proof];
  if (!nodes.length) throw inconsistent("the consistency proof is empty");
  const climb = new Climb(old - 1n, size - 1n);
  climb.skipComplete();
  let [first] = nodes;
  let second = first;
  for (const node of nodes.slice(1)) {
    if (climb.atTop) throw inconsistent("the consistency proof is longer than the tree is high");
    if (climb.step()) {
      first = await nodeHash(node, first);
      second = await nodeHash(node, second);
    } else {
      second = await nodeHash(second, node);
    }
  }
  if (!climb.atTop || !equal(first, oldRoot) || !equal(second, root)) throw refused();
}

/**
 * Root over the leaves [start, end); `start` is a multiple of the size of the complete subtree that holds it.
 * `hash(level, position)` gives the root of the complete subtree of 2**level leaves at a position.
 */
export async function subtreeRoot(start, end, hash) {
  const width = end - start;
  const level = bitLength(width) - 1;
  if (width === 1n << BigInt(level)) return hash(level, start >> BigInt(level));
  const split = start + (1n << BigInt(level));
  return nodeHash(await subtreeRoot(start, split, hash), await subtreeRoot(split, end, hash));
}

/** The inclusion path of entry `index` in the tree of `size` entries (RFC 6962 §2.1.1). */
export async function inclusionPath(index, size, hash) {
  if (!(index >= 0n && index < size)) throw notIncluded(`index ${index} lies outside a tree of ${size} entries`);
  const path = [];
  let [start, end] = [0n, size];
  while (end - start > 1n) {
    const split = start + (1n << BigInt(bitLength(end - start - 1n) - 1));
    if (index < split) {
      path.push(await subtreeRoot(split, end, hash));
      end = split;
    } else {
      path.push(await subtreeRoot(start, split, hash));
      start = split;
    }
  }
  return path.reverse();
}

/** The proof that the tree of `size` entries extends the one of `old` entries (RFC 6962 §2.1.2). */
export async function consistencyPath(old, size, hash) {
  if (!(old >= 0n && old <= size)) throw inconsistent(`a tree of ${size} entries cannot extend one of ${old}`);
  if (old === 0n || old === size) return [];
  const path = [];
  let [start, end, whole] = [0n, size, true];
  while (old !== end) {
    const split = start + (1n << BigInt(bitLength(end - start - 1n) - 1));
    if (old <= split) {
      path.push(await subtreeRoot(split, end, hash));
      end = split;
    } else {
      path.push(await subtreeRoot(start, split, hash));
      [start, whole] = [split, false];
    }
  }
  if (!whole) path.push(await subtreeRoot(start, end, hash));
  return path.reverse();
}

const bitLength = (number) => number.toString(2).length;

/** The way from a leaf to the root: `fn` and `sn` of RFC 9162. */
class Climb {
  constructor(node, last) {
    this.node = node;
    this.last = last;
  }

  get atTop() {
    return this.last === 0n;
  }

  skipComplete() {
    while (this.node & 1n) this.shift();
  }

  /** One level up; true where the sibling stands on the left. */
  step() {
    const left = Boolean(this.node & 1n) || this.node === this.last;
    if (left) {
      while (!(this.node & 1n) && this.node) this.shift();
    }
    this.shift();
    return left;
  }

  shift() {
    this.node >>= 1n;
    this.last >>= 1n;
  }
}
