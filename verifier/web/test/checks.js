/** What each area of vectors checks: from an input to a plain value, or a refusal. */
import { checkNumber, numberDigest, parseAddress } from "../src/address.js";
import { fromHex, toHex, utf8 } from "../src/bytes.js";
import { REDACTED, decode } from "../src/cbor.js";
import { verify as verifyCheckpoint } from "../src/checkpoint.js";
import { judge as judgeCosignatures } from "../src/cosignatures.js";
import { verify as verifyEd25519 } from "../src/ed25519.js";
import { leafHash, nodeHash, verifyConsistency, verifyInclusion } from "../src/merkle.js";
import { parse as parseReceipt, verify as verifyReceipt } from "../src/receipt.js";
import { check as checkSeal } from "../src/seal.js";
import { fold, standingOn } from "../src/standing.js";
import { leafOf, parse as parseStatement, verifySignature } from "../src/statement.js";
import { statusAt, verify as verifyStatusList } from "../src/statuslist.js";
import { parse as parseTrust } from "../src/trust.js";
import { verifyChange, verifyProof } from "../src/verify.js";

export const CHECKS = {
  addresses: ({ check, text }) => (check === "number" ? number(text) : address(text)),
  bundles: async ({ proof, trust }) => proved(await verifyProof(fromHex(proof), await parseTrust(trust))),
  cbor: async ({ data }) => diagnostic(decode(fromHex(data))),
  changes: async ({ proof, trust: text, change }) => {
    const trust = await parseTrust(text);
    const award = await verifyProof(fromHex(proof), trust);
    const { name, index } = await verifyChange(fromHex(change), trust, award);
    return { type: name, index: `${index}` };
  },
  checkpoints: async ({ checkpoint, trust }) => {
    const { origin, size, root } = await verifyCheckpoint(utf8(checkpoint), await parseTrust(trust));
    return { origin, size: `${size}`, root: toHex(root) };
  },
  cosignatures: async ({ checkpoint, trust }) => {
    const { cosignatures, quorum } = await judgeCosignatures(utf8(checkpoint), await parseTrust(trust));
    return { cosignatures: cosignatures.map(({ name, time }) => [name, `${time}`]), quorum };
  },
  ed25519: async ({ public: key, signature, message }) =>
    toHex(await verifyEd25519(fromHex(key), fromHex(signature), fromHex(message))),
  merkle: (input) => MERKLE[input.check](input),
  receipts: async ({ receipt, leaf, subject, public_key: key }) => {
    const read = parseReceipt(fromHex(receipt));
    const included = await verifyReceipt(read, fromHex(leaf), subject, fromHex(key));
    return { index: `${included.index}`, size: `${included.size}`, root: toHex(included.root), issuer: read.issuer };
  },
  seals: async ({ pdf, public_key: key }) => toHex(await checkSeal(fromHex(pdf), fromHex(key))),
  standing: async ({ statements, days }) => {
    const award = fold(statements.map((raw) => parseStatement(fromHex(raw)).record));
    return Object.fromEntries(days.map((day) => [day, standingOn(award, day)]));
  },
  statements: async ({ statement, public_key: key }) => {
    const read = await verifySignature(parseStatement(fromHex(statement)), fromHex(key));
    const { record } = read;
    const { version, recordedAt, command, actors } = record.envelope;
    return {
      type: record.name, stream: record.stream, version, recorded_at: recordedAt, command: toHex(command), actors,
      kid: toHex(read.kid), issuer: read.issuer, leaf: toHex(await leafOf(read)), fields: object(record.fields),
      commitments: record.commitments,
    };
  },
  status: async ({ token, public_key: key, indices }) => {
    const list = await verifyStatusList(fromHex(token), fromHex(key));
    return {
      uri: list.uri, issued_at: list.issuedAt, ttl: list.ttl, size: `${list.size}`, root: toHex(list.root),
      statuses: Object.fromEntries(indices.map((index) => [index, statusAt(list, index)])),
    };
  },
  trust: async (text) => {
    const { origin, url, hosts, genesis, asOf, base, organisations, keys, programmes, witnesses } = await parseTrust(text);
    const index = (value) => (value === null ? "-" : `${value}`);
    return {
      origin, url, genesis, as_of: `${asOf}`, base, hosts,
      organisations: mapped(organisations, ({ uri, zh, en }) => [uri, zh, en]),
      keys: mapped(keys, (key) => [
        key.organisation, key.custody, ...[key.since, key.until, key.compromisedFrom].map(index), [...key.kinds].sort(),
      ]),
      programmes: mapped(programmes, ({ zh, en, certifiedBy, taughtBy }) => [zh, en, certifiedBy, taughtBy]),
      witnesses: witnesses.witnesses.map(({ name, key, url }) => [name, key.text, url ?? "-"]),
      groups: witnesses.groups.map(({ name, threshold, members }) => [name, threshold, members]),
      quorum: witnesses.quorum,
    };
  },
};

const MERKLE = {
  inclusion: async ({ leaf, index, size, path, root }) => {
    await verifyInclusion(fromHex(leaf), BigInt(index), BigInt(size), path.map(fromHex), fromHex(root));
    return root;
  },
  consistency: async ({ old, size, path, old_root: oldRoot, root }) => {
    await verifyConsistency(BigInt(old), BigInt(size), path.map(fromHex), fromHex(oldRoot), fromHex(root));
    return root;
  },
  root: async ({ entries }) => toHex(await rootOf(await Promise.all(entries.map(fromHex).map(leafHash)))),
};

/** RFC 6962 §2.1, by its recursive definition. */
async function rootOf(leaves) {
  if (leaves.length === 1) return leaves[0];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(await rootOf(leaves.slice(0, split)), await rootOf(leaves.slice(split)));
}

async function number(text) {
  return { number: checkNumber(text), digest: toHex(await numberDigest(text)) };
}

async function address(text) {
  const { scheme, host, linkId, proof } = parseAddress(text);
  return { scheme, host, ...(proof ? { proof: toHex(proof) } : { link_id: linkId }) };
}

function proved({ record, key, index, size, disclosed }) {
  return {
    type: record.name, stream: record.stream, organisation: key.organisation, custody: key.custody,
    index: `${index}`, size: `${size}`, recorded_at: record.envelope.recordedAt,
    fields: object(record.fields), disclosed: object(disclosed),
  };
}

const mapped = (map, form) => Object.fromEntries([...map].map(([key, value]) => [key, form(value)]));
const object = (map) => mapped(map, (value) => (value instanceof Uint8Array ? toHex(value) : value));

function diagnostic(value) {
  if (value === null) return ["null"];
  if (value === REDACTED) return ["simple", 59];
  if (value instanceof Uint8Array) return ["bytes", toHex(value)];
  if (Array.isArray(value)) return ["list", value.map(diagnostic)];
  if (value instanceof Map) return ["map", [...value].map((pair) => pair.map(diagnostic))];
  return { boolean: ["bool", value], string: ["text", value], number: ["int", `${value}`], bigint: ["int", `${value}`] }[
    typeof value
  ];
}
