/** What the page fetches: public files of its own origin, and nothing of the proof goes with the request. */
import { CouldNotCheck, VerificationError } from "./errors.js";
import { parse as parseTrust } from "./trust.js";

const SIZE_LIMIT = 4 * 1024 * 1024;

/** What was had while this page is open, for a further proof without a network. How old a list may be, its check says. */
const had = new Map();

/** The ledger's trust file, as this origin serves it. One that is damaged says nothing about a proof. */
export async function fetchTrust() {
  const bytes = await fetchPublished("trust.txt");
  try {
    return await parseTrust(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof TypeError)) throw error;
    throw new CouldNotCheck(`/log/trust.txt cannot be read: ${error.message}`);
  }
}

/** A file of the published log: as it is now, or as it was when this page last had it where there is no connection. */
export async function fetchPublished(path) {
  let answer;
  let bytes;
  try {
    answer = await fetch(`/log/${path}`, { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-cache" });
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    if (had.has(path)) return had.get(path);
    throw new CouldNotCheck(`/log/${path} cannot be had: no connection`);
  }
  if (!answer.ok) throw new CouldNotCheck(`/log/${path} cannot be had: the server answers ${answer.status}`);
  if (bytes.length > SIZE_LIMIT) throw new CouldNotCheck(`/log/${path} is larger than such a file can be`);
  had.set(path, bytes);
  return bytes;
}
