/**
 * Whether an authentic award still stands: the published status list (the part of verifier/current.py that needs no
 * tiles: a browser does not compare the list's tree with the receipt's, `certverify` does).
 */
import { CouldNotCheck, malformed } from "./errors.js";
import { evolve, standingOn } from "./standing.js";
import { LIST_LENGTH, STATUS, signer, statusAt, verify as verifyStatusList } from "./statuslist.js";
import { STATUS_KIND, entitled, keyOf } from "./trust.js";

// The base's days are those of Chongqing: UTC+8 all the year.
const BUSINESS_OFFSET = 8 * 3600_000;
const CLOCK_TOLERANCE = 600_000;
const LONGEST_TTL = 24 * 3600;

/** The base's calendar day at a moment (a Date). */
export const businessDay = (moment) => new Date(moment.valueOf() + BUSINESS_OFFSET).toISOString().slice(0, 10);

/** The number of the list that holds an award's status. */
export const listNumber = (proved) => BigInt(proved.record.fields.get("status_index")) / BigInt(LIST_LENGTH);

/** What the award's status list says of it at a moment: a standing, the log size that it is as of, and the day. */
export async function currentStanding(proved, token, trust, now) {
  // (1) The list that holds the award's index, by a key for lists.
  const key = keyOf(trust, signer(token));
  const list = await verifyStatusList(token, key.publicKey);
  entitled(key, STATUS_KIND, list.size - 1n);
  // (2) Each list is signed alike: without its name, another list could be passed off for this one.
  const uri = `${trust.url.replace(/\/+$/, "")}/log/status/${listNumber(proved)}`;
  if (list.uri !== uri) throw malformed(`the list is ${list.uri}, not ${uri}`);
  // (3) It knows the award, and is fresh.
  if (list.size <= proved.index) {
    throw new CouldNotCheck(`the status list is as of ${list.size} entries and does not know entry ${proved.index} yet`);
  }
  checkFresh(list, now);
  // (4) The list's word, with the award's own days.
  const day = businessDay(now);
  const bare = standingOn(evolve(null, proved.record), day);
  const word = STATUS[statusAt(list, proved.record.fields.get("status_index"))];
  return { standing: combined(word, bare), asOf: list.size, day };
}

function combined(word, bare) {
  if (word === "invalid") return "revoked-or-superseded";
  if (word === "suspended" && bare === "valid") return "suspended";
  if (word === "valid" || word === "suspended") return bare;
  throw malformed("the status list's word is none of valid, invalid and suspended");
}

function checkFresh(list, now) {
  const issued = Number(list.issuedAt) * 1000;
  if (issued > now.valueOf() + CLOCK_TOLERANCE) throw new CouldNotCheck("the status list is dated in the future");
  const age = now.valueOf() - issued;
  if (age > Math.min(Number(list.ttl), LONGEST_TTL) * 1000) {
    throw new CouldNotCheck(`the newest status list is ${Math.floor(age / 3600_000)} hours old`);
  }
}
