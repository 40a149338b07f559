/** Every bit of a good proof flipped once: each time a reason. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { fromHex } from "../src/bytes.js";
import { CouldNotCheck, VerificationError } from "../src/errors.js";
import { parse as parseTrust } from "../src/trust.js";
import { verifyProof } from "../src/verify.js";
import { cases } from "./vectors.js";

const { input } = cases("bundles").find(({ name }) => name === "certificate");

it("refuses a proof with any one bit flipped", async () => {
  const [proof, trust] = [fromHex(input.proof), await parseTrust(input.trust)];
  await verifyProof(proof, trust);
  for (let bit = 0; bit < proof.length * 8; bit += 1) {
    const flipped = proof.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    await assert.rejects(
      verifyProof(flipped, trust),
      (error) => error instanceof VerificationError || error instanceof CouldNotCheck,
      `bit ${bit}`,
    );
  }
});

it("refuses a proof cut short anywhere", async () => {
  const [proof, trust] = [fromHex(input.proof), await parseTrust(input.trust)];
  for (let size = 0; size < proof.length; size += 1) {
    await assert.rejects(verifyProof(proof.subarray(0, size), trust), { code: "malformed" }, `${size} bytes`);
  }
});
