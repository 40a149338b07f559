/** The newest checkpoint that this browser holds of the log, verified again each time. */
import { verify as verifyCheckpoint } from "./checkpoint.js";
import { judge } from "./cosignatures.js";
import { CouldNotCheck, VerificationError } from "./errors.js";
import { held } from "./held.js";
import { readTrust } from "./published.js";

/** `{trust, head, cosignatures, at}`; undefined where there is none that is good. */
export async function heldHead() {
  try {
    const [trust, checkpoint] = [await held("trust.txt"), await held("checkpoint")];
    if (!trust || !checkpoint) return undefined;
    const read = await readTrust(trust.bytes);
    const head = await verifyCheckpoint(checkpoint.bytes, read);
    const { cosignatures } = await judge(checkpoint.bytes, read);
    return { trust: read, head, cosignatures, at: checkpoint.at };
  } catch (error) {
    if (error instanceof VerificationError || error instanceof CouldNotCheck) return undefined;
    throw error;
  }
}
