/** Reads QR codes out of pictures, in a thread of its own: `zxing-wasm`, with its program from our own assets. */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { parseAddress } from "./address.js";
import { doubled, grey, rgba, sharpened } from "./sharpen.js";

const OPTIONS = { formats: ["QRCode"], tryHarder: true, textMode: "Plain" };
const ENLARGED_LIMIT = 40_000_000;

prepareZXingModule({ overrides: { locateFile: () => ZXING_WASM } });

/** `{id, pictures, harder}` is answered with `{id, codes}`, the texts of all codes in order, or `{id, error}`. */
addEventListener("message", async ({ data: { id, pictures, harder } }) => {
  try {
    postMessage({ id, codes: await codesIn(pictures, harder) });
  } catch (error) {
    postMessage({ id, error: String(error?.message ?? error) });
  }
});

/** Where no link or no proof is among the codes, each picture is tried harder (verifier/scan.py, `_codes`). */
async function codesIn(pictures, harder) {
  const texts = new Set();
  const read = async (picture) => {
    for (const { isValid, text } of await readBarcodes(picture, OPTIONS)) if (isValid) texts.add(text);
  };
  for (const picture of pictures) await read(picture);
  for (const picture of harder ? pictures : []) {
    for (const attempt of attempts(picture)) {
      if (hasBoth(texts)) break;
      await read(rgba(attempt));
    }
  }
  return [...texts];
}

function* attempts(picture) {
  const plain = grey(picture);
  if (plain.shades.every((shade) => shade === plain.shades[0])) return;
  yield sharpened(plain);
  if (4 * plain.width * plain.height > ENLARGED_LIMIT) return;
  const large = doubled(plain);
  yield large;
  yield sharpened(large);
}

function hasBoth(texts) {
  const kinds = new Set([...texts].map(kindOf));
  return kinds.has("link") && kinds.has("proof");
}

function kindOf(text) {
  try {
    return parseAddress(text).linkId ? "link" : "proof";
  } catch {
    return "";
  }
}
