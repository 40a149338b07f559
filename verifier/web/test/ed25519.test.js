/** Browsers whose WebCrypto has no Ed25519 get the same verdicts: `@noble/ed25519` under the same vectors. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { fromHex } from "../src/bytes.js";
import { verify, verifyPortably } from "../src/ed25519.js";
import { cases } from "./vectors.js";

for (const { name, input, refused } of cases("ed25519")) {
  const [key, signature, message] = [input.public, input.signature, input.message].map(fromHex);

  it(`${name}: the portable equation agrees wherever the encodings are canonical`, async () => {
    if (refused && !(await canonical(key, signature, message))) return;
    assert.equal(await verifyPortably(key, signature, message), !refused);
  });
}

/** Whether only the equation is left to refuse this signature. */
async function canonical(key, signature, message) {
  const reason = await verify(key, signature, message).then(() => "", (error) => error.message);
  return reason === "signature does not verify";
}
