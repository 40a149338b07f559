/** What the page says, in the one language of the page: states, reasons, and the values that paper shows. */
import paper from "./paper.json" with { type: "json" };
import sentences from "./sentences.json" with { type: "json" };
import states from "./states.json" with { type: "json" };
import { stateOf } from "./states.js";

const BASE_OFFSET = 8 * 3600_000;

/** The language of the page. */
export const LANGUAGE = ["zh", "en", "ko"].find((known) => document.documentElement.lang.startsWith(known)) ?? "zh";

/** What gives a sentence of a table by its name, `{places}` filled in. */
export const speaker = (table) => (name, places = {}) =>
  table[name][LANGUAGE].replace(/\{(\w+)\}/g, (_, place) => places[place]);

/** A sentence that every page may need. */
export const say = speaker(sentences);

/** How long ago something was, in the largest whole unit. */
export function age(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto" }).format(0, "second");
  const told = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "always" });
  if (minutes < 60) return told.format(-minutes, "minute");
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? told.format(-hours, "hour") : told.format(-Math.floor(hours / 24), "day");
}

/** A moment in the base's own time. */
export const readable = (moment) =>
  `${new Date(moment.valueOf() + BASE_OFFSET).toISOString().slice(0, 19).replace("T", " ")} (UTC+8)`;

/** The log that an answer is of; its entries are numbered from 0. */
export const asOf = (size) => say("as_of", { last: BigInt(size) - 1n, size });

/** A technical reason, which there is in English alone. */
export const english = (text) => ({ before: `${say("technical")}: `, text });

/** A state's icon, tone, word and sentence, by its name or out of its own words; on the Chinese page the English word stands beside it. */
export function toldState(words) {
  const { tone, icon, word, sentence } = typeof words === "string" ? states.states[words] : words;
  return { tone, icon, word: word[LANGUAGE], beside: LANGUAGE === "zh" ? word.en : "", sentence: sentence[LANGUAGE] };
}

/** The words for a refusal's code: those of its state, but for a compromised key, which has its own. */
export const wordsOf = (code) => (code === "key-compromised" ? code : stateOf(code));

/** Whose it is and what for, before all else that the paper shows, as on the served page. */
const FIRST = ["name", "programme", "level", "speciality", "number"];

/** The label of a value, as the served page has it. */
export const label = (key) => states.labels[key]?.[LANGUAGE] ?? key;

/**
 * Everything that the paper shows, as it was signed: `[key, label, value, gloss]`. Names of programmes come from the
 * trust file; what is not in the page's language is explained by the gloss, which is no part of the value.
 */
export function printedFields(proved, trust) {
  const values = new Map([...proved.record.fields, ...proved.disclosed]);
  return [...FIRST, ...Object.keys(paper.labels).filter((key) => !FIRST.includes(key))]
    .filter((key) => values.has(key))
    .map((key) => [key, label(key), fieldText(key, values.get(key), trust), gloss(key, values.get(key))]);
}

function fieldText(key, value, trust) {
  const programme = key === "programme" && trust.programmes.get(value);
  if (programme) return `${programme.zh} ${programme.en} (${value})`;
  return (Object.hasOwn(paper.values, key) && paper.values[key][value]) || String(value);
}

const gloss = (key, value) =>
  (LANGUAGE === "ko" && Object.hasOwn(paper.values, key) && states.glosses[value]) || "";

/** All that the paper shows, and who made the award, as rows. */
export function awardRows(proved, trust) {
  const { code, zh, en } = proved.organisation;
  return [...printedFields(proved, trust), ["issuer", label("issuer"), `${zh} ${en} (${code})`]];
}

/** The day and reason of what ended or suspended an award, where they are known. */
export function changeLine(standing, award) {
  const since = states.since[standing]?.[LANGUAGE];
  if (standing === "revoked") {
    const why = states.reasons[award.revokedFor]?.[LANGUAGE] ?? award.revokedFor;
    return `${since} ${award.revokedOn}${say("because")}${why}`;
  }
  if (standing === "superseded") return `${since} ${award.supersededOn}`;
  if (standing === "suspended" && award.suspensions.length) return `${since} ${award.suspensions.at(-1)[0]}`;
  return "";
}
