/**
 * C2SP tlog-tiles, twin of verifier/tile.py: hashes of a published tree out of its files. They are as published: who
 * uses them checks them against a signed root. Sizes and positions are BigInts.
 */
import { CouldNotCheck, inconsistent, malformed } from "./errors.js";
import { HASH_SIZE, consistencyPath, nodeHash, subtreeRoot, verifyConsistency } from "./merkle.js";
import { equal } from "./bytes.js";

/** Hashes of a full tile, and entries of a full bundle. */
export const WIDTH = 256;
const HEIGHT = 8;
const ENTRIES = "entries";

/** `tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last with `x`. */
export function tilePath(level, number, width = WIDTH) {
  const digits = `${number}`;
  const groups = digits.padStart(3 * Math.ceil(digits.length / 3), "0").match(/.{3}/g);
  const name = [...groups.slice(0, -1).map((group) => `x${group}`), groups.at(-1)].join("/");
  return `tile/${level}/${name}${width === WIDTH ? "" : `.p/${width}`}`;
}

/** Reads hashes of a published tree of `size` entries; `get(path)` gives a file or throws CouldNotCheck. */
export class TreeReader {
  #tiles = new Map();
  #nodes = new Map();

  constructor(size, get) {
    this.size = size;
    this.get = get;
    this.hash = this.hash.bind(this);
  }

  /** Root of the complete subtree of 2**level leaves at `position`. */
  async hash(level, position) {
    if (level % HEIGHT) {
      const name = `${level} ${position}`;
      if (!this.#nodes.has(name)) {
        const pair = [await this.hash(level - 1, 2n * position), await this.hash(level - 1, 2n * position + 1n)];
        this.#nodes.set(name, await nodeHash(...pair));
      }
      return this.#nodes.get(name);
    }
    const [tileLevel, offset] = [level / HEIGHT, Number(position % BigInt(WIDTH)) * HASH_SIZE];
    const tile = await this.#tile(tileLevel, position / BigInt(WIDTH));
    const node = tile.subarray(offset, offset + HASH_SIZE);
    if (node.length !== HASH_SIZE) throw inconsistent(`a tile is too short for the tree of ${this.size} entries`);
    return node;
  }

  /** The entries of bundle `number`, checked for their count but not against the tree. */
  async entries(number) {
    const { data, path, found, width } = await this.#read(ENTRIES, number, this.size - number * BigInt(WIDTH));
    const entries = split(data, path);
    if (entries.length !== found) throw malformed(`${path} holds ${entries.length} entries, not ${found}`);
    return entries.slice(0, width);
  }

  async #tile(level, number) {
    const name = `${level} ${number}`;
    if (!this.#tiles.has(name)) {
      const there = (this.size >> BigInt(HEIGHT * level)) - number * BigInt(WIDTH);
      const { data, path, found, width } = await this.#read(level, number, there);
      if (data.length !== found * HASH_SIZE) throw malformed(`${path} is not ${found} hashes long`);
      this.#tiles.set(name, data.subarray(0, width * HASH_SIZE));
    }
    return this.#tiles.get(name);
  }

  /** A tile, or the full one in its place: once that is there, the log may take partial ones away (C2SP). */
  async #read(level, number, there) {
    const width = there < WIDTH ? Number(there) : WIDTH;
    const [path, whole] = [tilePath(level, number, width), tilePath(level, number)];
    try {
      return { data: await this.get(path), path, found: width, width };
    } catch (error) {
      if (!(error instanceof CouldNotCheck) || width === WIDTH) throw error;
      const data = await this.get(whole).catch(() => { throw error; });
      return { data, path: whole, found: WIDTH, width };
    }
  }
}

/** The entries of a bundle, each behind its 2-byte big-endian length. */
function split(data, path) {
  const entries = [];
  for (let at = 0; at < data.length;) {
    const end = at + 2 + ((data[at] << 8) | data[at + 1]);
    if (at + 2 > data.length || end > data.length) {
      throw malformed(`${path}: entry ${entries.length} of the bundle is cut short`);
    }
    entries.push(data.subarray(at + 2, end));
    at = end;
  }
  return entries;
}

/**
 * Checks that the log under `head` extends the tree that `old` speaks of (verifier/current.py, `check_extends`). Throws
 * `inconsistent` only where both are signed and contradict each other; `malformed` where the tiles are damaged;
 * CouldNotCheck where the published copy is older.
 */
export async function checkExtends(tree, head, old, what) {
  if (old.size > head.size) {
    throw new CouldNotCheck(`this copy of the log has ${head.size} entries and is older than ${what} (${old.size})`);
  }
  let found = head.root;
  if (old.size < head.size) {
    found = await subtreeRoot(0n, old.size, tree.hash);
    const path = await consistencyPath(old.size, head.size, tree.hash);
    try {
      await verifyConsistency(old.size, head.size, path, found, head.root);
    } catch (error) {
      if (error.code !== "inconsistent") throw error;
      throw malformed(`the tiles of this copy do not lead to its signed root of ${head.size} entries`);
    }
  }
  if (!equal(found, old.root)) {
    throw inconsistent(
      `the log shows another history: its first ${old.size} entries are not those that ${what} was signed for`,
    );
  }
}
