/** What this browser sees of the log from one visit to the next: it never falls back, and never takes another history. */
import assert from "node:assert/strict";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { describe, it } from "node:test";
import { concat, utf8 } from "../src/bytes.js";
import { heldHead } from "../src/head.js";
import { openLog } from "../src/log.js";
import { leafHash, nodeHash } from "../src/merkle.js";
import { tilePath } from "../src/tile.js";
import { cases } from "./vectors.js";

const { input: TRUST } = cases("trust").find(({ name }) => name === "good");
const { input: WITNESSED } = cases("trust").find(({ name }) => name === "witnesses");
const [, ORIGIN] = /^log ([^+]+)\+/m.exec(TRUST);
const AS_OF = Number(/^asof (\d+)$/m.exec(TRUST)[1]);
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY = createPrivateKey({
  key: Buffer.concat([PKCS8, createHash("sha256").update("certledger vectors: key of checkpoint").digest()]),
  format: "der",
  type: "pkcs8",
});
const PUBLIC = /^key \w+ (\w+) .* log\.checkpoint$/m.exec(TRUST)[1];

/** What the server has, by path; null where there is no server. */
let served = {};
globalThis.fetch = async (path) => {
  if (served === null) throw new TypeError("no network");
  const content = served[path.replace("/log/", "")];
  return content === undefined ? new Response("", { status: 404 }) : new Response(content);
};

const leaves = (count, word = "entry") =>
  Promise.all(Array.from({ length: count }, (_, at) => leafHash(utf8(`${word} ${at}`))));

/** Roots of complete subtrees, level by level, and the root over all (RFC 6962 §2.1). */
async function treeOf(leaf) {
  const levels = [leaf];
  while (levels.at(-1).length > 1) {
    const [below, level] = [levels.at(-1), []];
    for (let at = 0; at + 1 < below.length; at += 2) level.push(await nodeHash(below[at], below[at + 1]));
    levels.push(level);
  }
  let [root, rest] = [null, leaf.length];
  for (const level of levels) {
    if (rest & 1) root = root ? await nodeHash(level[rest - 1], root) : level[rest - 1];
    rest >>= 1;
  }
  return { levels, root, size: leaf.length };
}

/** The published files of a tree: trust file, checkpoint and tiles. */
async function published(leaf, trust = TRUST) {
  const { levels, root, size } = await treeOf(leaf);
  const files = { "trust.txt": utf8(trust), checkpoint: checkpoint(size, root) };
  for (const level of [0, 8]) {
    const hashes = levels[level] ?? [];
    for (let first = 0; first < hashes.length; first += 256) {
      const part = hashes.slice(first, first + 256);
      files[tilePath(level / 8, first / 256, part.length)] = concat(...part);
    }
  }
  return files;
}

function checkpoint(size, root) {
  const text = `${ORIGIN}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
  const typed = Buffer.concat([Buffer.from([1]), Buffer.from(PUBLIC, "hex")]);
  const id = createHash("sha256").update(`${ORIGIN}\n`).update(typed).digest().subarray(0, 4);
  const line = Buffer.concat([id, sign(null, Buffer.from(text), KEY)]).toString("base64");
  return utf8(`${text}\n\u2014 ${ORIGIN} ${line}\n`);
}

/** An award without anything but the tree of its receipt. */
const award = async (leaf) => ({
  ...(await treeOf(leaf)), size: BigInt(leaf.length), record: { fields: new Map([["status_index", 0]]) },
});

const small = await leaves(300);
const large = await leaves(700);

describe("the log from one visit to the next", () => {
  it("is not there before the first visit", async () => {
    served = null;
    await assert.rejects(openLog(), { code: "could-not-check" });
    assert.equal(await heldHead(), undefined);
  });

  it("is held from the first on", async () => {
    served = await published(small);
    const log = await openLog(new Date(1000));
    assert.deepEqual([log.head.size, log.online, log.rolledBack], [300n, true, null]);
    const { head, at } = await heldHead();
    assert.deepEqual([head.size, at.valueOf()], [300n, 1000]);
  });

  it("without a connection is the one held", async () => {
    served = null;
    const log = await openLog(new Date(2000));
    assert.deepEqual([log.head.size, log.online, log.at.valueOf()], [300n, false, 1000]);
  });

  it("does not take a larger one of another history", async () => {
    served = await published(await leaves(700, "forged"));
    const log = await openLog(new Date(3000));
    await assert.rejects(log.standing(await award(small)), { code: "inconsistent" });
    assert.equal((await heldHead()).head.size, 300n);
  });

  it("does not take one of the same size and another root", async () => {
    served = await published(await leaves(300, "forged"));
    await assert.rejects((await openLog()).standing(await award(small)), { code: "inconsistent" });
    assert.equal((await heldHead()).head.size, 300n);
  });

  it("does not take one whose tiles are damaged or missing", async () => {
    for (const [spoil, code] of [[(tile) => tile.fill(7, 0, 9), "malformed"], [() => undefined, "could-not-check"]]) {
      served = await published(large);
      served["tile/0/001"] = spoil(served["tile/0/001"]);
      await assert.rejects((await openLog()).standing(await award(small)), { code });
      assert.equal((await heldHead()).head.size, 300n);
    }
  });

  it("does not take one by another key or of another origin", async () => {
    for (const [from, to] of [["\n300\n", "\n301\n"], [ORIGIN, `other.${ORIGIN}`]]) {
      served = await published(small);
      served.checkpoint = utf8(new TextDecoder().decode(served.checkpoint).replaceAll(from, to));
      await assert.rejects((await openLog()).standing(await award(small)), ({ code }) => code !== "inconsistent");
    }
  });

  it("goes on to a larger one that extends it", async () => {
    served = await published(large);
    const log = await openLog(new Date(4000));
    assert.equal(log.head.size, 700n);
    // The list is not there: what is asked of it comes after the receipt, and that is of this history.
    const missing = { code: "could-not-check", message: /status\/0 cannot be had/ };
    await assert.rejects(log.standing(await award(small)), missing);
    await assert.rejects(log.standing(await award(await leaves(200, "forged"))), { code: "inconsistent" });
    const older = { code: "could-not-check", message: /older than/ };
    await assert.rejects(log.standing(await award(await leaves(900))), older);
  });

  it("does not fall back to an older one, and says that it is shown", async () => {
    served = await published(small);
    const log = await openLog(new Date(5000));
    assert.deepEqual([log.head.size, log.rolledBack], [700n, 300n]);
    assert.equal((await heldHead()).at.valueOf(), 4000);
  });

  it("tells an older one of another history", async () => {
    served = { ...(await published(large)), checkpoint: (await published(await leaves(300, "forged"))).checkpoint };
    await assert.rejects((await openLog()).standing(await award(small)), { code: "inconsistent" });
  });

  it("keeps the trust file that knows more", async () => {
    served = await published(large, TRUST.replace(/^asof .*$/m, "asof 2"));
    assert.equal((await openLog()).trust.asOf, BigInt(AS_OF));
  });

  it("takes no other ledger for the one held", async () => {
    served = await published(large, TRUST.replace(/^genesis ..../m, "genesis 0000"));
    await assert.rejects(openLog(), { code: "inconsistent", message: /another ledger than the one seen here before/ });
  });

  it("does not go on to one without the quorum of witnesses that the trust file asks for", async () => {
    const policy = WITNESSED.match(/^(?:witness|group|quorum) .*\n/gm).join("");
    const trust = TRUST.replace("quorum none\n", policy).replace(/^asof .*$/m, `asof ${AS_OF + 1}`);
    served = await published(await leaves(800), trust);
    const log = await openLog();
    const missing = { code: "could-not-check", message: /cosigned by 0 of 4 witnesses; the quorum both is missing/ };
    await assert.rejects(log.standing(await award(small)), missing);
    assert.equal((await heldHead()).head.size, 700n);
  });
});
