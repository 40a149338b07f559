/** The trust file: what a check that asks nobody needs to know (verifier/trust.py says its lines). Indices are BigInts. */
import { equal, fromHex, toHex } from "./bytes.js";
import { checkPublicKey, thumbprint } from "./ed25519.js";
import { VerificationError, keyCompromised, malformed, notEntitled, unknownKey } from "./errors.js";
import { verifierKey } from "./verifierkey.js";
import { PolicyReader } from "./witnesses.js";

export const CHECKPOINT_KIND = "log.checkpoint";
export const RECEIPT_KIND = "log.receipt";
export const DOCUMENT_KIND = "log.document";
export const STATUS_KIND = "log.status-list";

const CUSTODIES = ["organisation", "base"];
// The line ends and blanks that Python knows; a byte order mark is a character.
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/u;
const WORD = /"(?:[^"\\]|\\.)*"|(?:(?![\s\x1c-\x1f\x85"])[^]|\ufeff)+/gsu;
/** Reads a trust file; what is wrong is named with its line. */
export async function parse(text) {
  const reader = new Reader();
  for (const [at, line] of text.split(LINE_END).entries()) {
    if (!line.trim() || line.startsWith("#")) continue;
    try {
      await reader.line(wordsOf(line));
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      throw malformed(`trust file, line ${at + 1}: ${error.message}`);
    }
  }
  return reader.result();
}

/** The hosts that codes of this base lead to, the present one first: paper outlives addresses. */
const hostsOf = (places) => [...new Set(places.map(({ url }) => (url.split("/")[2] ?? "").toLowerCase()).reverse())];

/** The key of this thumbprint. */
export function keyOf(trust, kid) {
  const key = trust.keys.get(toHex(kid));
  if (!key) throw unknownKey(`key ${toHex(kid).slice(0, 16)} is not in the trust file (as of entry ${trust.asOf})`);
  return key;
}

/** This key, if it may have signed an event of this kind at this index. */
export function entitled(key, kind, index) {
  const name = `key ${key.kid.slice(0, 16)} of ${key.organisation}`;
  if (!key.kinds.has(kind)) throw notEntitled(`${name} is not entitled to ${kind}`);
  if (index < key.since) throw notEntitled(`${name} was authorised only at index ${key.since}`);
  if (key.compromisedFrom !== null && index >= key.compromisedFrom) {
    throw keyCompromised(`${name} is compromised as of index ${key.compromisedFrom}`);
  }
  if (key.until !== null && index >= key.until) throw notEntitled(`${name} was retired at index ${key.until}`);
  return key;
}

class Reader {
  single = new Map();
  organisations = new Map();
  keys = new Map();
  programmes = new Map();
  moves = [];
  policy = new PolicyReader();

  async line([word, ...rest]) {
    const form = `${word} ${rest.length}`;
    switch (form) {
      case "log 2":
        this.once("log", { ...(await verifierKey(rest[0])), url: rest[1] });
        break;
      case "genesis 1":
      case "asof 1":
      case "base 1":
        this.once(word, rest[0]);
        break;
      case "moved 2": {
        const [index, url] = rest;
        const last = this.moves.at(-1);
        if (!/^(0|[1-9][0-9]{0,17})$/.test(index) || !/^https?:\/\/([A-Za-z0-9.-]{1,253}|\[::1\])(:[0-9]{1,5})?$/.test(url)
          || (last && BigInt(index) <= last.index)) {
          throw malformed("no address, or not in the order of the log");
        }
        this.moves.push({ index: BigInt(index), url });
        break;
      }
      case "organisation 5": {
        const [code, kind, uri, zh, en] = rest;
        this.organisations.set(code, { code, kind, uri, zh, en });
        break;
      }
      case "key 8":
        await this.key(rest);
        break;
      case "programme 5": {
        const [code, zh, en, certifiedBy, taughtBy] = rest;
        this.programmes.set(code, { code, zh, en, certifiedBy: certifiedBy.split(","), taughtBy });
        break;
      }
      default:
        if (!(await this.policy.take(word, rest))) throw malformed("not a line of a trust file");
    }
  }

  result() {
    for (const needed of ["log", "genesis", "asof", "base"]) {
      if (!this.single.has(needed)) throw malformed(`trust file: no line ${needed}`);
    }
    if (!this.policy.quorum) throw malformed("trust file: no line quorum");
    const [log, genesis, asOf, base] = ["log", "genesis", "asof", "base"].map((word) => this.single.get(word));
    if (!/^[0-9a-f]{64}$/.test(genesis) || !/^[0-9]{1,18}$/.test(asOf)) {
      throw malformed("trust file: genesis is not a hash in hex, or asof not a log size");
    }
    const keys = [...this.keys.values()];
    if (!keys.some((key) => equal(key.publicKey, log.publicKey) && key.kinds.has(CHECKPOINT_KIND))) {
      throw malformed("trust file: the log's key is not among the keys for checkpoints");
    }
    const stray = keys.find((key) => !this.organisations.has(key.organisation));
    if (stray) throw malformed(`trust file: key ${stray.kid.slice(0, 16)} is of ${stray.organisation}, which has no line`);
    return {
      origin: log.name, url: log.url, hosts: hostsOf([log, ...this.moves]), genesis, asOf: BigInt(asOf), base,
      organisations: this.organisations, keys: this.keys, programmes: this.programmes,
      witnesses: this.policy.result(),
    };
  }

  once(word, value) {
    if (this.single.has(word)) throw malformed(`${word} stands twice`);
    this.single.set(word, value);
  }

  async key([kid, hex, organisation, custody, since, until, compromised, granted]) {
    const publicKey = checkPublicKey(fromHex(hex) ?? new Uint8Array());
    if (toHex(await thumbprint(publicKey)) !== kid) throw malformed(`key id ${kid.slice(0, 16)} is not that of the key`);
    if (!CUSTODIES.includes(custody) || this.keys.has(kid)) {
      throw malformed(`key ${kid.slice(0, 16)} stands twice or in nobody's custody`);
    }
    this.keys.set(kid, {
      kid, publicKey, organisation, custody, kinds: new Set(granted.split(",")),
      since: indexOf(since),
      until: until === "-" ? null : indexOf(until),
      compromisedFrom: compromised === "-" ? null : indexOf(compromised),
    });
  }
}

function indexOf(text) {
  if (!/^(?:0|[1-9][0-9]*)$/.test(text)) throw malformed(`${text.slice(0, 20)} is not an index of the log`);
  return BigInt(text);
}

/** The words of a line, JSON strings read. */
function wordsOf(line) {
  const words = line.match(WORD) ?? [];
  if (words.join(" ") !== line) throw malformed("not single words between single blanks");
  return words.map((word) => (word.startsWith('"') ? jsonString(word) : word));
}

function jsonString(word) {
  try {
    return JSON.parse(word);
  } catch {
    throw malformed(`${word.slice(0, 40)} is not a JSON string`);
  }
}
