/**
 * Reading certificates back from PDF files and pictures, twin of verifier/scan.py: the attached proof and the QR codes.
 * What is found is not verified here.
 */
import { utf8 } from "./bytes.js";
import { CouldNotCheck, malformed } from "./errors.js";
import { find } from "./seal.js";

/** Pixels of the largest picture that is looked at, and of a PDF's pages together. */
const PIXEL_LIMIT = 50_000_000;
/** Larger pictures are made smaller first: phones have no room for more in a canvas. */
const CANVAS_LIMIT = 16_000_000;
/** Pictures of which sharpened copies are tried: the first pages. */
const HARDER_LIMIT = 3;
const PDF_START = utf8("%PDF-");
const HEIC_BRANDS = ["heic", "heix", "hevc", "mif1", "msf1", "avif"];
const UNREADABLE = ["unreadable-file"];
const KNOWN = [[0x89, 0x50, 0x4e, 0x47], [0xff, 0xd8, 0xff], [0x47, 0x49, 0x46, 0x38], [0x42, 0x4d]];

/** What a PDF or a picture holds: `{proof, codes}`. Refuses what is neither; CouldNotCheck where it cannot be read. */
export async function scan(data) {
  if (find(data.subarray(0, 1024), PDF_START, 0) >= 0) {
    const { openPdf } = await loaded(() => import("./pdf.js"));
    const { proof, receipt, pages } = await openPdf(data, PIXEL_LIMIT);
    return { proof, receipt, codes: await codesIn(pages) };
  }
  return { proof: null, codes: await codesIn([await pictureIn(data)]) };
}

/** The texts of the codes in pictures (`ImageData`); those of a camera are not tried harder. */
export async function codesIn(pictures, harder = true) {
  const plain = pictures.map(({ data, width, height }) => ({ data, width, height }));
  const first = plain.slice(0, HARDER_LIMIT);
  const codes = await ask(first, harder);
  return plain.length > HARDER_LIMIT ? [...new Set([...codes, ...await ask(plain.slice(HARDER_LIMIT), false)])] : codes;
}

let worker = null;
let last = 0;
const waiting = new Map();

function ask(pictures, harder) {
  worker ??= started();
  last += 1;
  const id = last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, pictures, harder }, pictures.map(({ data }) => data.buffer));
  });
}

function started() {
  const made = new Worker(DECODE_WORKER);
  made.addEventListener("message", ({ data: { id, codes, error } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) resolve(codes);
    else reject(new CouldNotCheck(`the reader of QR codes failed (${error}): load the page again`));
  });
  made.addEventListener("error", () => {
    worker = null;
    for (const { reject } of waiting.values()) {
      reject(new CouldNotCheck("the reader of QR codes could not be loaded: load the page again"));
    }
    waiting.clear();
  });
  return made;
}

async function loaded(load) {
  try {
    return await load();
  } catch {
    throw new CouldNotCheck("the reader of PDF files could not be loaded: load the page again");
  }
}

/** The picture on a canvas, as large as there is room for. */
async function pictureIn(data) {
  const brand = String.fromCharCode(...data.subarray(4, 12));
  const foreign = HEIC_BRANDS.some((name) => brand === `ftyp${name}`);
  let bitmap;
  try {
    bitmap = await createImageBitmap(new Blob([data]));
  } catch {
    throw unreadable(data, foreign);
  }
  const { width, height } = bitmap;
  if (width * height > PIXEL_LIMIT) {
    throw malformed(`picture: ${width} by ${height} is more than ${PIXEL_LIMIT} pixels`);
  }
  const scale = Math.min(1, Math.sqrt(CANVAS_LIMIT / (width * height)));
  const drawn = drawing(Math.round(width * scale), Math.round(height * scale));
  drawn.drawImage(bitmap, 0, 0, drawn.canvas.width, drawn.canvas.height);
  bitmap.close();
  return drawn.getImageData(0, 0, drawn.canvas.width, drawn.canvas.height);
}

function unreadable(data, foreign) {
  if (!data.length) return malformed("file: empty");
  if (foreign) return new CouldNotCheck("picture: HEIC and AVIF are not read here; save it as JPEG or PNG", UNREADABLE);
  if (isTiff(data)) return new CouldNotCheck("picture: TIFF is not read here; save it as JPEG or PNG", UNREADABLE);
  const known = KNOWN.some((start) => start.every((byte, at) => data[at] === byte)) || isWebp(data);
  return malformed(known ? "picture: cannot be decoded" : "file: neither a PDF nor a picture");
}

const isWebp = (data) => String.fromCharCode(...data.subarray(8, 12)) === "WEBP";
const isTiff = (data) => ["II*\0", "MM\0*"].includes(String.fromCharCode(...data.subarray(0, 4)));

/** A canvas to draw on and read back, white at first. */
export function drawing(width, height) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return context;
}
