/** The one meaning of valid, twin of verifier/standing.py: what stands of an award on a day. Days are `YYYY-MM-DD`. */
import { VerificationError } from "./errors.js";

/** An award with every change of its standing, from the events of its stream: `{name, fields}` in their order. */
export function fold(events) {
  let award = null;
  for (const event of events) award = evolve(award, event);
  if (!award) throw new VerificationError("rule-broken", "no award in this stream");
  return award;
}

/** The award after one more event. */
export function evolve(award, { name, fields }) {
  const day = (field) => fields.get(field);
  switch (name) {
    case "certificate.awarded/1":
      return awarded(day("awarded_on"), day("expires_on"), fields.get("status_index"));
    case "title.granted/1":
      return awarded(day("granted_on"), null, fields.get("status_index"));
    default:
      if (!award) throw new VerificationError("rule-broken", `${name} without an award before it`);
  }
  switch (name) {
    case "certificate.suspended/1":
      return { ...award, suspensions: [...award.suspensions, [day("suspended_on"), null]] };
    case "certificate.reinstated/1": {
      const until = day("reinstated_on");
      const [since] = award.suspensions.at(-1) ?? [until];
      return { ...award, suspensions: [...award.suspensions.slice(0, -1), [since, until]] };
    }
    case "certificate.revoked/1":
    case "title.revoked/1":
      return { ...award, revokedOn: day("revoked_on"), revokedFor: fields.get("reason") };
    case "certificate.superseded/1":
    case "title.superseded/1":
      return { ...award, supersededOn: day("superseded_on") };
    default:
      throw new VerificationError("rule-broken", `${name} does not belong to an award`);
  }
}

/** What stands on a day. The day of revocation, suspension and supersession counts; so does the last day of validity. */
export function standingOn(award, day) {
  if (day < award.awardedOn) return "not-yet-valid";
  if (award.revokedOn !== null && day >= award.revokedOn) return "revoked";
  if (award.supersededOn !== null && day >= award.supersededOn) return "superseded";
  if (award.expiresOn !== null && day > award.expiresOn) return "expired";
  const holds = ([since, until]) => since <= day && (until === null || day < until);
  return award.suspensions.some(holds) ? "suspended" : "valid";
}

function awarded(awardedOn, expiresOn, statusIndex) {
  return { awardedOn, expiresOn, statusIndex, suspensions: [], revokedOn: null, revokedFor: null, supersededOn: null };
}
