/** What somebody pasted: an address, a certificate number, a number with its holder's name, or nothing of these. */
import { checkNumber, SKIPPED } from "./address.js";
import words from "./pasted.json" with { type: "json" };

const SCHEME = /^https?:\/\//i;
/** A host as it stands in print, without a scheme, and what may stand behind it. */
const BARE = /^((?:[a-z0-9-]+\.)*[a-z0-9-]+|\[::1\])(:[0-9]{1,5})?(?=\/(?:c\/|p[?#]))/i;
const LOOPBACK = /^(?:localhost|\[::1\]|127\.[0-9.]+)$/i;
const LINK = /^([^/]*\/\/[^/]+\/c\/[0-9a-z]+)\/?(?:\.json)?(?:[?#].*)?$/i;
const PROOF = /^([^/]*\/\/[^/]+\/p)\?[^#]*(#.*)$/i;
/** What parts number and name, and what people put before either. */
const BETWEEN = /[\s,;|，；、：:]+/u;
const LABELS = new Set(words.labels);
/** What a number that was mistyped still has: characters enough, and digits among them. */
const [NUMBER_LIKE, DIGITS_LIKE, NUMBER_LONGEST] = [10, 4, 60];
const WORDS_OF_A_NUMBER = 6;

/** `{address}`, `{number, name}` (either may be empty), or `{problem: {why, message}}` with the name of the words for it. */
export function read(text, { protocol, host }) {
  const address = addressIn(text, protocol, host);
  if (address) return { address };
  if (isSite(text, host)) return { number: "", name: "" };
  const found = numberIn(text);
  if (found) return found;
  try {
    return { number: checkNumber(text), name: "" };
  } catch (error) {
    return { problem: looksLikeNumber(text) ? { why: "mistyped", message: error.message } : { why: "not-understood" } };
  }
}

/** The address as codes have it: with its scheme, and without what a browser's address bar adds to it. */
function addressIn(text, protocol, host) {
  const bare = BARE.exec(text);
  if (!bare && !SCHEME.test(text)) return undefined;
  const own = bare?.[0].toLowerCase() === host;
  const scheme = own ? protocol : bare && LOOPBACK.test(bare[1]) ? "http:" : "https:";
  const whole = bare ? `${scheme}//${text}` : text;
  if (isSite(whole, host)) return undefined;
  return whole.replace(LINK, "$1").replace(PROOF, "$1$2");
}

/** Whether it is this site's own domain, as print has it, with nothing of a certificate behind it. */
function isSite(text, host) {
  const [named, path = ""] = text.replace(SCHEME, "").split(/(?<=^[^/?#]*)(?=[/?#])/);
  return named.toLowerCase() === host && !/^\/(?:c\/|p#)/i.test(path.replace(/^\/p\?[^#]*/i, "/p"));
}

/**
 * The words that are a number by its check character; whatever stands beside them is the name. One stretch in 36 fits by
 * chance, so the one that is parted where print parts a number goes before others, and then the shortest.
 */
function numberIn(text) {
  const parts = text.split(BETWEEN).filter(Boolean);
  let best;
  for (let count = 1; count <= Math.min(WORDS_OF_A_NUMBER, parts.length); count += 1) {
    for (let at = 0; at + count <= parts.length; at += 1) {
      const stretch = parts.slice(at, at + count).join(" ");
      const number = numberOf(stretch);
      const fit = number ? partedAlike(stretch, number) : -Infinity;
      if (number && !(fit <= best?.fit)) best = { number, fit, at, count };
    }
  }
  if (!best) return undefined;
  return { number: best.number, name: nameOf([...parts.slice(0, best.at), ...parts.slice(best.at + best.count)]) };
}

/** How often a stretch is parted where the printed number is, less how often it is parted elsewhere. */
function partedAlike(stretch, number) {
  const printed = partings(number);
  return partings(stretch.normalize("NFKC")).reduce((sum, place) => sum + (printed.includes(place) ? 1 : -1), 0);
}

/** How many characters stand before each gap. */
function partings(text) {
  const lengths = text.split(SKIPPED).filter(Boolean).map((group) => group.length);
  return lengths.slice(0, -1).map((_, at) => lengths.slice(0, at + 1).reduce((sum, length) => sum + length, 0));
}

function numberOf(text) {
  try {
    return checkNumber(text);
  } catch {
    return undefined;
  }
}

const nameOf = (parts) => parts.filter((word) => !LABELS.has(word.toLowerCase())).join(" ");

/** Whether a stretch of it has the look of a number, so that somebody mistyped one. */
function looksLikeNumber(text) {
  const kept = text.normalize("NFKC").replace(/[^A-Za-z0-9]/g, "");
  return kept.length >= NUMBER_LIKE && text.length <= NUMBER_LONGEST && kept.replace(/[^0-9]/g, "").length >= DIGITS_LIKE;
}
