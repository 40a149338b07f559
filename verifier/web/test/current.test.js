/** What the status list says of an award, at a moment. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { businessDay, currentStanding } from "../src/current.js";
import { fromHex } from "../src/bytes.js";
import { parse as parseTrust } from "../src/trust.js";
import { verifyProof } from "../src/verify.js";
import { cases } from "./vectors.js";

const { input: list } = cases("status").find(({ name }) => name === "good");
const { input: bundle } = cases("bundles").find(({ name }) => name === "certificate");
const trust = await parseTrust(bundle.trust);
const token = fromHex(list.token);
const made = new Date(1_780_000_000_000);
const hours = (number) => new Date(made.valueOf() + number * 3600_000);

/** The certificate of the vectors as if it had another status index and other days. */
async function award(statusIndex, days = {}) {
  const proved = await verifyProof(fromHex(bundle.proof), trust);
  const fields = new Map([...proved.record.fields, ["status_index", statusIndex], ...Object.entries(days)]);
  return { ...proved, record: { ...proved.record, fields } };
}

describe("the standing that the list gives", () => {
  it("is the award's own where the list says nothing", async () => {
    const { standing, asOf } = await currentStanding(await award(0), token, trust, hours(1));
    assert.deepEqual([standing, asOf], ["valid", 16n]);
  });

  it("is revoked or superseded, even where the award expired besides", async () => {
    const expired = await award(1, { expires_on: "2026-04-01" });
    assert.equal((await currentStanding(expired, token, trust, made)).standing, "revoked-or-superseded");
  });

  it("is suspended only while the award would be valid", async () => {
    assert.equal((await currentStanding(await award(3), token, trust, made)).standing, "suspended");
    const expired = await award(3, { expires_on: "2026-04-01" });
    assert.equal((await currentStanding(expired, token, trust, made)).standing, "expired");
  });

  it("counts the last day and the first, by the days of Chongqing", async () => {
    const [before, after] = [new Date("2026-05-28T15:59:59Z"), new Date("2026-05-28T16:00:00Z")];
    assert.deepEqual([before, after].map(businessDay), ["2026-05-28", "2026-05-29"]);
    const last = await award(0, { expires_on: "2026-05-29" });
    assert.equal((await currentStanding(last, token, trust, hours(1))).standing, "valid");
    const gone = await award(0, { expires_on: "2026-05-28" });
    assert.equal((await currentStanding(gone, token, trust, hours(1))).standing, "expired");
    const coming = await award(0, { awarded_on: "2026-05-30" });
    assert.equal((await currentStanding(coming, token, trust, hours(1))).standing, "not-yet-valid");
  });
});

describe("changes of standing beside the list", () => {
  const change = (name, index, fields) => ({ name, index, fields: new Map(Object.entries(fields)) });
  const suspended = change("certificate.suspended/1", 9n, { suspended_on: "2026-04-01", reason: "other" });
  const reinstated = change("certificate.reinstated/1", 10n, { reinstated_on: "2026-04-02" });
  const revoked = change("certificate.revoked/1", 11n, { revoked_on: "2026-05-01", reason: "fraud" });

  it("give day and reason where they agree with it", async () => {
    const found = await currentStanding(await award(1), token, trust, made, [revoked, suspended]);
    assert.deepEqual([found.standing, found.award.revokedOn, found.award.revokedFor], ["revoked", "2026-05-01", "fraud"]);
    const held = await currentStanding(await award(3), token, trust, made, [suspended]);
    assert.deepEqual([held.standing, held.award.suspensions], ["suspended", [["2026-04-01", null]]]);
  });

  it("count in the order of the log", async () => {
    const found = await currentStanding(await award(0), token, trust, made, [reinstated, suspended]);
    assert.deepEqual(found.award.suspensions, [["2026-04-01", "2026-04-02"]]);
  });

  it("give way to the list where some are withheld", async () => {
    assert.equal((await currentStanding(await award(1), token, trust, made, [suspended])).standing, "revoked-or-superseded");
    assert.equal((await currentStanding(await award(0), token, trust, made, [suspended])).standing, "valid");
  });

  it("contradict a list that does not know of an end", async () => {
    await assert.rejects(currentStanding(await award(0), token, trust, made, [revoked]), { code: "inconsistent" });
  });

  it("may be newer than the list", async () => {
    const newer = { ...suspended, index: 16n };
    assert.equal((await currentStanding(await award(0), token, trust, made, [newer])).standing, "suspended");
  });
});

describe("a list that gives none", () => {
  const refused = async (code, change = {}) => {
    const { proved = await award(0), at = made, under = trust } = change;
    await assert.rejects(currentStanding(proved, token, under, at), { code });
  };

  it("is too old, or of the future", async () => {
    await refused("could-not-check", { at: hours(25) });
    await refused("could-not-check", { at: hours(-1) });
  });

  it("does not know the award yet", async () => {
    await refused("could-not-check", { proved: { ...(await award(0)), index: 16n } });
  });

  it("is another list than the award's", async () => {
    await refused("malformed", { proved: await award(2 ** 20) });
  });

  it("is another ledger's", async () => {
    await refused("malformed", { under: { ...trust, url: "https://other.example.org" } });
  });

  it("is signed by a key that is not for lists", async () => {
    const keys = new Map([...trust.keys].map(([kid, key]) => [kid, { ...key, kinds: new Set(["log.receipt"]) }]));
    await refused("not-entitled", { under: { ...trust, keys } });
    await refused("unknown-key", { under: { ...trust, keys: new Map() } });
  });

  it("is signed by a compromised key, whatever size it names", async () => {
    const keys = new Map([...trust.keys].map(([kid, key]) => [kid, { ...key, compromisedFrom: 1000n }]));
    await refused("key-compromised", { under: { ...trust, keys } });
  });
});
