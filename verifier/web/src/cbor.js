/**
 * The one encoding: RFC 8949 §4.2.1 core deterministic CBOR, without floats and tags, as verifier/cbor.py reads it.
 *
 * Whole numbers become numbers, or BigInts where a number would not be exact; maps become `Map`, byte strings
 * `Uint8Array`, and `simple(59)` (SD-CWT, redacted claims) becomes `REDACTED`.
 */
import { compare, concat } from "./bytes.js";
import { malformed } from "./errors.js";

export const REDACTED = Symbol("simple(59)");

const MAX_DEPTH = 16;
const REDACTED_SIMPLE = 59;
const CONSTANTS = new Map([[20, false], [21, true], [22, null]]);
// A byte order mark is a character like any other here.
const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value that `data` encodes. Throws `malformed` unless `data` is the one right encoding of one value. */
export function decode(data) {
  const reader = new Reader(data);
  const value = reader.value(0);
  if (reader.at !== data.length) throw malformed("CBOR: bytes follow the value");
  return value;
}

/** The encoding of a byte string. */
export function encodeBytes(data) {
  return concat(head(0x40, data.length), data);
}

function head(major, size) {
  if (size < 24) return Uint8Array.of(major | size);
  if (size < 0x100) return Uint8Array.of(major | 24, size);
  if (size < 0x10000) return Uint8Array.of(major | 25, size >> 8, size & 0xff);
  return Uint8Array.of(major | 26, size >>> 24, (size >> 16) & 0xff, (size >> 8) & 0xff, size & 0xff);
}

class Reader {
  constructor(data) {
    this.data = data;
    this.at = 0;
  }

  value(depth) {
    const first = this.take(1)[0];
    const major = first >> 5;
    const info = first & 31;
    if (major === 7) return this.simple(info, depth);
    if (major === 6) throw malformed("CBOR: tags have no place here");
    if (major !== 2 && major !== 3) checkDepth(depth);
    const argument = this.argument(info);
    switch (major) {
      case 0: return argument;
      case 1: return typeof argument === "bigint" || argument === Number.MAX_SAFE_INTEGER
        ? -1n - BigInt(argument) : -1 - argument;
      case 2: return this.take(argument).slice();
      case 3: return this.text(argument);
      case 4: return this.list(argument, depth);
      default: return this.map(argument, depth);
    }
  }

  take(size) {
    if (size > this.data.length - this.at) throw malformed("CBOR: ends in the middle of a value");
    const part = this.data.subarray(this.at, this.at + Number(size));
    this.at += part.length;
    return part;
  }

  /** The number that goes with the initial byte; refused unless it stands in its shortest form. */
  argument(info) {
    if (info < 24) return info;
    if (info > 27) throw malformed("CBOR: indefinite length or reserved form");
    const bytes = this.take(1 << (info - 24));
    let number = 0n;
    for (const byte of bytes) number = (number << 8n) | BigInt(byte);
    const least = info === 24 ? 24n : 1n << BigInt(4 * bytes.length);
    if (number < least) throw malformed("CBOR: a number is longer than needed");
    return number <= Number.MAX_SAFE_INTEGER ? Number(number) : number;
  }

  simple(info, depth) {
    if (CONSTANTS.has(info)) return CONSTANTS.get(info);
    if (info !== 24 || this.take(1)[0] !== REDACTED_SIMPLE) {
      throw malformed("CBOR: floats and simple values other than false, true, null and simple(59) have no place here");
    }
    checkDepth(depth);
    return REDACTED;
  }

  text(size) {
    try {
      return text.decode(this.take(size));
    } catch (error) {
      if (error instanceof TypeError) throw malformed("CBOR: text is not UTF-8");
      throw error;
    }
  }

  list(size, depth) {
    const items = [];
    for (let i = 0; i < size; i += 1) items.push(this.value(depth + 1));
    return items;
  }

  map(size, depth) {
    const entries = new Map();
    let last = new Uint8Array();
    for (let i = 0; i < size; i += 1) {
      const start = this.at;
      const key = this.key();
      const encoded = this.data.subarray(start, this.at);
      if (compare(last, encoded) >= 0) throw malformed("CBOR: map keys are not in bytewise order, or one stands twice");
      last = encoded;
      entries.set(key, this.value(depth + 1));
    }
    return entries;
  }

  /** A map key: a whole number, text, bytes or simple(59). The number 59 is none: cbor2 takes the two for equal. */
  key() {
    const major = this.at < this.data.length ? this.data[this.at] >> 5 : 0;
    const key = [0, 1, 2, 3, 7].includes(major) ? this.value(0) : undefined;
    if (key === undefined || key === null || typeof key === "boolean" || key === REDACTED_SIMPLE) {
      throw malformed("CBOR: a map key is neither a whole number other than 59, nor text, nor bytes");
    }
    return key;
  }
}

function checkDepth(depth) {
  if (depth > MAX_DEPTH) throw malformed(`CBOR: nested deeper than ${MAX_DEPTH} levels`);
}
