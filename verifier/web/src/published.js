/** What the page fetches: public files of its own origin, and nothing of the proof goes with the request. */
import { CouldNotCheck, VerificationError } from "./errors.js";
import { parse as parseTrust } from "./trust.js";

const SIZE_LIMIT = 4 * 1024 * 1024;
/** Milliseconds for one file. A check that never ends would leave the server's word standing as if it were borne out. */
const PATIENCE = 20_000;

/** Where a file could not even be asked for. */
export class NoConnection extends CouldNotCheck {}

/** The ledger's trust file, as this origin serves it. One that is damaged says nothing about a proof. */
export const fetchTrust = async () => readTrust(await fetchPublished("trust.txt"));

/** A trust file out of its bytes. */
export async function readTrust(bytes) {
  try {
    return await parseTrust(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof TypeError)) throw error;
    throw new CouldNotCheck(`/log/trust.txt cannot be read: ${error.message}`);
  }
}

/** A file of the published log, as it is now. */
export async function fetchPublished(path) {
  let answer;
  let bytes;
  try {
    // Tiles never change.
    const cache = path.startsWith("tile/") ? "default" : "no-cache";
    const how = { credentials: "omit", referrerPolicy: "no-referrer", cache, signal: AbortSignal.timeout(PATIENCE) };
    answer = await fetch(`/log/${path}`, how);
    bytes = new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw new NoConnection(`/log/${path} cannot be had: no connection`);
  }
  if (!answer.ok) throw new CouldNotCheck(`/log/${path} cannot be had: the server answers ${answer.status}`);
  if (bytes.length > SIZE_LIMIT) throw new CouldNotCheck(`/log/${path} is larger than such a file can be`);
  return bytes;
}
