/** The proof address: checks the proof behind the `#` here in the browser, and sends it nowhere. */
import { proofOf } from "./address.js";
import { Checker, refused } from "./check.js";
import { heldHead } from "./head.js";
import { openLog } from "./log.js";
import { report, say } from "./report.js";
import { busy } from "./result.js";

/** Everything on the page comes from this check. */
async function checkFragment(result) {
  result.replaceChildren(busy());
  const seen = location.hash;
  const shown = await answer(seen);
  if (location.hash === seen) result.replaceChildren(...shown);
}

async function answer(fragment) {
  if (fragment.length < 2) {
    return report({ state: "could-not-check", why: ["no-proof"], notes: [] }, await heldHead());
  }
  try {
    const proof = proofOf(fragment.slice(1));
    const log = await openLog();
    const verdict = await new Checker(log).proof(proof);
    return report(verdict, log, "h1", verdict.proved ? [say("stayed_here", { host: location.host })] : []);
  } catch (error) {
    return report(refused(error), await heldHead());
  }
}

/** The proof goes along to the page in another language: behind its `#`, which no browser sends. */
function keepProof() {
  for (const link of document.querySelectorAll(".switch a")) link.hash = location.hash;
}

const result = document.getElementById("result");
addEventListener("hashchange", () => checkFragment(result));
addEventListener("hashchange", keepProof);
keepProof();
await checkFragment(result);
