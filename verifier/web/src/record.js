/**
 * The payload of a statement: public fields in clear, personal ones as salted hashes (verifier/record.py).
 *
 * Which event types there are and what fields they have is not written here: `kinds.json` is made from the Python
 * declarations by tests/vectors/make.py.
 */
import { isBytes, sha256, toHex } from "./bytes.js";
import { REDACTED, decode } from "./cbor.js";
import { malformed, mismatch } from "./errors.js";
import kinds from "./kinds.json" with { type: "json" };

export const TYPES = new Map(Object.entries(kinds));

const [TYPE, STREAM, VERSION, RECORDED_AT, COMMAND, ACTORS, PACK] = [1, 2, 3, 4, 5, 6, 7];
const SALT_SIZE = 16;
const HASH_SIZE = 32;

/** What a payload says: type, stream, envelope, public fields by name, commitments. Personal fields are withheld. */
export function readPayload(payload) {
  const value = decode(payload);
  if (!(value instanceof Map)) throw malformed("payload is not a map");
  const name = value.get(TYPE);
  const type = typeof name === "string" ? TYPES.get(name) : undefined;
  if (!type) throw malformed(`event type ${JSON.stringify(String(name))} is none that this check knows`);
  const commitments = hashes(value.has(REDACTED) ? value.get(REDACTED) : [], name);
  const expected = type.printed.length ? 2 : type.personal.length;
  if (commitments.length !== expected || value.has(REDACTED) !== expected > 0) {
    throw malformed(`${name} has ${commitments.length} commitments, not ${expected}`);
  }
  const record = {
    name, type, kind: name.slice(0, name.lastIndexOf("/")), commitments,
    stream: uuid(value.get(STREAM), "stream id"), envelope: envelopeOf(value),
    fields: new Map(type.public.map((field) => [field.name, readField(name, field, value.get(field.name))])),
  };
  const known = new Set([TYPE, STREAM, VERSION, RECORDED_AT, COMMAND, ACTORS, PACK, REDACTED, ...record.fields.keys()]);
  for (const key of value.keys()) {
    if (!known.has(key)) throw malformed(`${name}: unknown field ${String(key)}`);
  }
  return record;
}

/** The personal values that these disclosures give, by name, each checked against its commitment. */
export async function reveal(record, disclosures) {
  const { name, type } = record;
  const awaited = new Set(record.commitments);
  const printed = new Map(type.printed.map((field) => [field.name, field]));
  const single = new Map(type.personal.map((field) => [field.name, field]));
  const known = new Map();
  for (const disclosure of disclosures) {
    if (!awaited.delete(toHex(await sha256(disclosure)))) {
      throw altered(name, type, disclosure);
    }
    const [key, value] = open(disclosure);
    if (printed.size && key === "print") {
      if (!hasExactly(value, [...printed.keys()])) throw malformed(`${name}: print does not hold exactly the printed fields`);
      for (const field of type.printed) known.set(field.name, readField(name, field, value.get(field.name)));
    } else if (printed.size && key === "rest") {
      if (!hasExactly(value, [REDACTED])) throw malformed(`${name}: rest is not a map of redacted fields`);
      for (const hash of hashes(value.get(REDACTED), name)) awaited.add(hash);
    } else if (single.has(key) && !known.has(key)) {
      known.set(key, readField(name, single.get(key), value));
    } else {
      throw malformed(`${name}: a disclosure names ${JSON.stringify(key)}, which is no field of its own`);
    }
  }
  return known;
}

/** Which value it is that the statement does not commit to, as far as the disclosure itself still says so. */
function altered(name, type, disclosure) {
  let key;
  try {
    [key] = open(disclosure);
  } catch (error) {
    if (error.code !== "malformed") throw error;
    return mismatch(`${name}: a disclosure was altered so that it cannot be read`);
  }
  const printed = type.printed.map((field) => field.name);
  if (printed.length && key === "print") {
    const which = `the printed fields (${printed.join(", ")}), signed as one, are not those`;
    return mismatch(`${name}: ${which} that the statement commits to`, printed);
  }
  if (type.personal.some((field) => field.name === key)) {
    return mismatch(`${name}: the value of ${key} is not the one that the statement commits to`);
  }
  return mismatch(`${name}: a disclosure of no printed field is not one that the statement commits to`);
}

const hasExactly = (value, keys) =>
  value instanceof Map && value.size === keys.length && keys.every((key) => value.has(key));

function open(disclosure) {
  const inner = decode(disclosure);
  if (!isBytes(inner)) throw malformed("a disclosure is not a byte string");
  const parts = decode(inner);
  if (!Array.isArray(parts) || parts.length !== 3 || !isBytes(parts[0]) || parts[0].length !== SALT_SIZE) {
    throw malformed("a disclosure is not [salt of 16 bytes, value, key]");
  }
  if (typeof parts[2] !== "string") throw malformed("a disclosure's key is not text");
  return [parts[2], parts[1]];
}

function hashes(value, place) {
  if (!Array.isArray(value) || !value.every((item) => isBytes(item) && item.length === HASH_SIZE)) {
    throw malformed(`${place}: commitments are not a list of 32-byte hashes`);
  }
  const listed = value.map(toHex);
  if (new Set(listed).size !== listed.length) throw malformed(`${place}: the same commitment stands twice`);
  return listed;
}

function envelopeOf(value) {
  const [version, recordedAt, command, actors] = [VERSION, RECORDED_AT, COMMAND, ACTORS].map((key) => value.get(key));
  if (!isWhole(version) || version < 1) throw malformed("version in the stream is not a whole number from 1");
  if (!Number.isInteger(recordedAt) || recordedAt < 0) throw malformed("recorded time is not a number of milliseconds");
  if (!isBytes(command) || command.length !== 16) throw malformed("command is not 16 bytes");
  const named = Array.isArray(actors) && actors.every((actor) => typeof actor === "string" && actor);
  if (!named || actors.length < 1 || actors.length > 2) throw malformed("actors are not one or two pseudonyms");
  const pack = value.has(PACK) ? uuid(value.get(PACK), "pack") : null;
  return { version, recordedAt, command, actors, pack };
}

export const isWhole = (value) => Number.isInteger(value) || typeof value === "bigint";

const READ = {
  text: (value) => typeof value === "string",
  int: isWhole,
  bytes: isBytes,
  date: isDay,
  decimal: (value) => typeof value === "string" && /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(value),
  uuid: (value) => isBytes(value) && value.length === 16,
};

/** The value of a field in its one accepted form: days and decimals as text. */
function readField(typeName, { name, form, optional }, value) {
  if (optional && value === null) return null;
  if (value === undefined) throw malformed(`${typeName}: ${name} is missing`);
  if (!READ[form](value)) throw malformed(`${typeName}: ${name} is not in the one accepted form of a ${form}`);
  return form === "uuid" ? uuid(value, name) : value;
}

function isDay(value) {
  const found = typeof value === "string" && /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(value);
  if (!found || found[1] === "0000") return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(value);
}

function uuid(value, place) {
  if (!isBytes(value) || value.length !== 16) throw malformed(`${place} is not 16 bytes`);
  const hex = toHex(value);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
