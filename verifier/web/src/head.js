/** The newest checkpoint that this browser holds of the log, verified again each time. */
import { verify as verifyCheckpoint } from "./checkpoint.js";
import { CouldNotCheck, VerificationError } from "./errors.js";
import { held } from "./held.js";
import { readTrust } from "./published.js";

/** `{trust, head, at}`; undefined where there is none that is good. */
export async function heldHead() {
  try {
    const [trust, checkpoint] = [await held("trust.txt"), await held("checkpoint")];
    if (!trust || !checkpoint) return undefined;
    const read = await readTrust(trust.bytes);
    return { trust: read, head: await verifyCheckpoint(checkpoint.bytes, read), at: checkpoint.at };
  } catch (error) {
    if (error instanceof VerificationError || error instanceof CouldNotCheck) return undefined;
    throw error;
  }
}
