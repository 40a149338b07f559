/** The head of a verdict: state, sentence, and what is wrong, by its class in the page's language and in detail. */
import { UNCHECKED } from "./check.js";
import refusals from "./refusals.json" with { type: "json" };
import { banner } from "./result.js";
import { LANGUAGE, changeLine, english, label, say, wordsOf } from "./words.js";

/** `said` is told in the place of the error's reason; `words` are those of a state that has none of its own in states.json. */
export function told(verdict, heading = "h1", words = undefined) {
  const { state, code, said, found } = verdict;
  const named = words ?? (code && state !== UNCHECKED ? wordsOf(code) : state);
  return banner(state, said === undefined ? reasons(verdict) : [said].filter(Boolean), named, heading, code);
}

/** Why, in sentences: that of the error's class, which fields it is about, and the error's own. */
function reasons({ state, code, message, altered, found }) {
  if (!code) return [found && changeLine(state, found.award)].filter(Boolean);
  const fields = altered?.length ? [say("altered_fields", { fields: new Intl.ListFormat(LANGUAGE).format(altered.map(label)) })] : [];
  return [refusals[code]?.[LANGUAGE], ...fields, english(message)].filter(Boolean);
}
