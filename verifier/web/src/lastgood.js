/** What this browser last found good of the log, for where nothing could be checked. */
import { element } from "./result.js";
import { age, readable, say } from "./words.js";

/** The newest checkpoint that this browser ever found good, and how long ago; `known` is that of `heldHead` or a log. */
export function lastGood(known) {
  const text = known?.head
    ? say("last_good", { size: known.head.size, moment: readable(known.at), age: age(new Date() - known.at) })
    : say("no_last_good");
  return element("p", { class: "last-good" }, text);
}
