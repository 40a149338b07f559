/**
 * Whether an authentic award still stands: the published status list (the part of verifier/current.py that needs no
 * tiles; that list, receipt and checkpoint are of one history checks log.js, where the tiles can be had).
 */
import { CouldNotCheck, inconsistent, keyCompromised, malformed } from "./errors.js";
import { fold, standingOn } from "./standing.js";
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

/**
 * What the award's status list says of it at a moment: a standing, the log size that it is as of, and the award with
 * those `changes` (of `verifyChange`) that agree with the list.
 */
export async function currentStanding(proved, token, trust, now, changes = []) {
  // (1) The list that holds the award's index, by a key for lists, (2) under its own name.
  const list = await readList(token, listNumber(proved), trust);
  // (3) It knows the award, and is fresh.
  if (list.size <= proved.index) {
    throw new CouldNotCheck(`the status list is as of ${list.size} entries and does not know entry ${proved.index} yet`);
  }
  checkFresh(list, now);
  // (4) The list's word, with the changes behind it where they are at hand, and the award's own days.
  const word = STATUS[statusAt(list, proved.record.fields.get("status_index"))];
  return { asOf: list.size, root: list.root, word, ...combined(word, proved, list.size, changes, businessDay(now)) };
}

/** The published list of this number, signed by a key for lists. */
export async function readList(token, number, trust) {
  const key = keyOf(trust, signer(token));
  // Size and date are the signer's own word: who has a compromised key can name an early size.
  if (key.compromisedFrom !== null) {
    throw keyCompromised(`the status list is signed by key ${key.kid.slice(0, 16)}, which was reported compromised`);
  }
  const list = await verifyStatusList(token, key.publicKey);
  entitled(key, STATUS_KIND, list.size - 1n);
  // Each list is signed alike: without its name, another list could be passed off for this one.
  const uri = `${trust.url.replace(/\/+$/, "")}/log/status/${number}`;
  if (list.uri !== uri) throw malformed(`the list is ${list.uri}, not ${uri}`);
  return list;
}

/** The list's word and the changes' must agree. Only a history that ended cannot be undone by what is withheld. */
function combined(word, proved, size, changes, day) {
  if (!word) throw malformed("the status list's word is none of valid, invalid and suspended");
  const ordered = [...changes].sort((a, b) => (a.index < b.index ? -1 : 1));
  const known = fold([proved.record, ...ordered.filter(({ index }) => index < size)]);
  if (ended(known) && word !== "invalid") {
    throw inconsistent(`the status list of ${size} entries does not say what the log's own entries say`);
  }
  if (wordOf(known) === word) {
    const award = fold([proved.record, ...ordered]);
    return { standing: standingOn(award, day), award };
  }
  const bare = fold([proved.record]);
  const standing = standingOn(bare, day);
  if (word === "invalid") return { standing: "revoked-or-superseded", award: bare };
  return { standing: word === "suspended" && standing === "valid" ? "suspended" : standing, award: bare };
}

const ended = (award) => award.revokedOn !== null || award.supersededOn !== null;

/** What the list says of such an award. Expiry is not in the list: it is in the award itself. */
function wordOf(award) {
  if (ended(award)) return "invalid";
  return award.suspensions.at(-1)?.[1] === null ? "suspended" : "valid";
}

function checkFresh(list, now) {
  const issued = Number(list.issuedAt) * 1000;
  if (issued > now.valueOf() + CLOCK_TOLERANCE) throw new CouldNotCheck("the status list is dated in the future");
  const age = now.valueOf() - issued;
  if (age > Math.min(Number(list.ttl), LONGEST_TTL) * 1000) {
    throw new CouldNotCheck(`the newest status list is ${Math.floor(age / 3600_000)} hours old`);
  }
}
