/** Reads `[[kind, input]…]` from standard input and prints the verdict on each: "ok" or the code of the refusal. */
import { readFileSync } from "node:fs";
import { checkNumber, parseAddress } from "../src/address.js";
import { fromHex } from "../src/bytes.js";
import { decode } from "../src/cbor.js";
import { checkPublicKey } from "../src/ed25519.js";
import { parse as parseTrust } from "../src/trust.js";
import { verifyProof } from "../src/verify.js";

const { trust: text, things } = JSON.parse(readFileSync(0, "utf8"));
const trust = await parseTrust(text);
const JUDGES = {
  address: parseAddress,
  cbor: (hex) => decode(fromHex(hex)),
  key: (hex) => checkPublicKey(fromHex(hex)),
  number: checkNumber,
  proof: (hex) => verifyProof(fromHex(hex), trust),
};

const verdicts = [];
for (const [kind, thing] of things) {
  try {
    await JUDGES[kind](thing);
    verdicts.push("ok");
  } catch (error) {
    verdicts.push(error.code ?? error.stack);
  }
}
console.log(JSON.stringify(verdicts));
