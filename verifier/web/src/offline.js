/** The page that stands in for one that needs a connection: what this browser last found good, and how long ago. */
import { heldHead } from "./head.js";
import { lastGood } from "./lastgood.js";

document.getElementById("last-good").replaceWith(lastGood(await heldHead()));
