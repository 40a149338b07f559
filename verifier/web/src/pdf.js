/** PDF files: the attached proof, and the first pages as pictures. `pdfjs-dist` in a worker from our own assets. */
import { GlobalWorkerOptions, getDocument } from "pdfjs-dist/legacy/build/pdf.min.mjs";
import { malformed } from "./errors.js";
import { drawing } from "./scan.js";

const ATTACHMENT = "proof.cbor";
const RECEIPT = "verification.cbor";
const PROOF_LIMIT = 65_536;
const PAGE_LIMIT = 10;
const SCALE = 200 / 72;

GlobalWorkerOptions.workerSrc = PDF_WORKER;

/**
 * `{proof, receipt, pages}`: the bytes of the one attachment named `proof.cbor` or null, whether there is one of a
 * verification receipt, and pictures of 200 dots an inch.
 */
export async function openPdf(data, pixelLimit) {
  const task = getDocument({
    // The bytes are moved into the worker, and who called still needs them.
    data: data.slice(),
    // Codes are drawn without letters, and what a foreign file asks for is not fetched.
    disableFontFace: true, useSystemFonts: false, enableXfa: false, useWasm: false, useWorkerFetch: false, verbosity: 0,
  });
  try {
    const document = await task.promise;
    const proof = await attached(document);
    return { proof, receipt: await isReceipt(document), pages: await pagesOf(document, pixelLimit) };
  } catch (error) {
    if (error.code === "malformed") throw error;
    throw malformed(`PDF: cannot be read (${error.message})`);
  } finally {
    await task.destroy();
  }
}

async function attached(document) {
  const all = [...(await document.getAttachments()) ?? []];
  const named = all.filter(([, { rawFilename }]) => rawFilename === ATTACHMENT);
  if (named.length > 1) throw malformed(`PDF: ${named.length} attachments are named ${ATTACHMENT}`);
  if (!named.length) return null;
  const proof = new Uint8Array(await document.getAttachmentContent(named[0][0]));
  if (proof.length > PROOF_LIMIT) {
    throw malformed(`PDF: ${ATTACHMENT} has ${proof.length} bytes; a proof has at most ${PROOF_LIMIT}`);
  }
  return proof;
}

async function isReceipt(document) {
  return [...(await document.getAttachments()) ?? []].some(([, { rawFilename }]) => rawFilename === RECEIPT);
}

async function pagesOf(document, pixelLimit) {
  const pages = [];
  let room = pixelLimit;
  for (let number = 1; number <= Math.min(document.numPages, PAGE_LIMIT); number += 1) {
    const page = await document.getPage(number);
    const viewport = page.getViewport({ scale: SCALE });
    const [width, height] = [Math.ceil(viewport.width), Math.ceil(viewport.height)];
    room -= width * height;
    if (room < 0) throw malformed(`PDF: page ${number} is too large to be read (${width} by ${height} pixels)`);
    const canvasContext = drawing(width, height);
    await page.render({ canvasContext, canvas: null, viewport }).promise;
    pages.push(canvasContext.getImageData(0, 0, width, height));
    page.cleanup();
  }
  return pages;
}
