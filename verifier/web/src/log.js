/**
 * The published log as this browser sees it: never older than what it holds from earlier, and of the same history. With
 * no connection it is what is held, and the pages say how old that is.
 */
import { equal } from "./bytes.js";
import { verify as verifyCheckpoint } from "./checkpoint.js";
import { checkQuorum } from "./cosignatures.js";
import { changesIn } from "./changes.js";
import { currentStanding, listNumber, readList } from "./current.js";
import { CouldNotCheck, VerificationError, inconsistent } from "./errors.js";
import { heldHead } from "./head.js";
import { held, hold } from "./held.js";
import { NoConnection, fetchPublished, readTrust } from "./published.js";
import { LIST_LENGTH } from "./statuslist.js";
import { TreeReader, checkExtends } from "./tile.js";

/**
 * The log as it is published now, or as it is held. Throws CouldNotCheck where there is neither. `thorough`: whether the
 * log's entries are searched for changes of an award that the list calls valid, too: what certverify does.
 */
export async function openLog(now = new Date(), thorough = false) {
  const known = await heldHead();
  try {
    const log = new Log(await newestTrust(now, known), now, known, { thorough });
    await log.findHead();
    return log;
  } catch (error) {
    if (!(error instanceof NoConnection) || !known) throw error;
    return new Log(known.trust, now, known, { online: false });
  }
}

/** The trust file that knows most. Another ledger's, in the place of the one held, is no newer one. */
async function newestTrust(now, known) {
  const bytes = await fetchPublished("trust.txt");
  const trust = await readTrust(bytes);
  if (known && known.trust.genesis !== trust.genesis) {
    throw inconsistent(
      `the trust file is of the log that begins with ${trust.genesis.slice(0, 16)}, the one held of ` +
        `${known.trust.genesis.slice(0, 16)}: this is another ledger than the one seen here before`,
    );
  }
  if (known && known.trust.asOf > trust.asOf) return known.trust;
  await hold("trust.txt", bytes, now);
  return trust;
}

class Log {
  /** The newest checkpoint that verified, when it was had, and the size of an older one that is shown in its place. */
  head;
  cosignatures;
  at;
  rolledBack = null;
  /** Why no checkpoint of today could be had: nothing can be said of a standing then. */
  #problem = null;
  #thorough = false;
  #tree = null;

  /** @param known what was held when the page asked @param online whether the log can be asked */
  constructor(trust, now, known, { online = true, thorough = false }) {
    this.#thorough = thorough;
    Object.assign(this, { trust, now, online, head: known?.head, cosignatures: known?.cosignatures, at: known?.at });
    if (online && known) this.#tree = new TreeReader(known.head.size, fetchPublished);
  }

  /** Finds the checkpoint of now. What is wrong with it says nothing against a proof, and is kept for its standing. */
  async findHead() {
    try {
      await this.#readHead(this.head);
    } catch (error) {
      if (error instanceof NoConnection || !(error instanceof VerificationError || error instanceof CouldNotCheck)) {
        throw error;
      }
      this.#problem = error;
    }
  }

  /** What the award's list says of it now (the steps of verifier/current.py, `check_standing`). */
  async standing(proved, changes = []) {
    if (this.#problem) throw this.#problem;
    // (1) The checkpoint: `findHead`. (2) It extends the tree of the award's receipt.
    await this.#checkExtends(proved, "the award's receipt");
    // (3) The list that holds the award's index, (4) of the same history, (5) fresh, and (6) its word.
    const token = await this.#statusToken(listNumber(proved));
    const found = await currentStanding(proved, token, this.trust, this.now, changes);
    if (!this.online || (found.word === "valid" && !this.#thorough)) return found;
    const all = [...changes, ...(await this.#changes(proved, found))];
    const known = [...new Map(all.map((change) => [change.index, change])).values()];
    return currentStanding(proved, token, this.trust, this.now, known);
  }

  /** The changes among the entries. Without them the list's word stands, unless they were to be searched for others. */
  async #changes(proved, found) {
    try {
      return await changesIn(this.#tree, this.head, proved, this.trust);
    } catch (error) {
      if (error instanceof CouldNotCheck && found.word !== "valid") return [];
      throw error;
    }
  }

  /** Holds every status list for when there is no connection; one that cannot be had is held from earlier or not. */
  async holdLists() {
    if (this.#problem || !this.online) return;
    try {
      // Each award is an entry, so that there are no more lists than entries would fill.
      const last = (this.head.size - 1n) / BigInt(LIST_LENGTH);
      for (let number = 0n; number <= last; number += 1n) await this.#statusToken(number);
    } catch (error) {
      if (!(error instanceof VerificationError || error instanceof CouldNotCheck)) throw error;
    }
  }

  /** The checkpoint, by a key trusted for this log, if it extends the one held. */
  async #readHead(kept) {
    const bytes = await fetchPublished("checkpoint");
    const head = await verifyCheckpoint(bytes, this.trust);
    const cosignatures = await checkQuorum(bytes, this.trust);
    if (kept && kept.size > head.size) {
      await this.#checkRollback(head, kept);
      this.rolledBack = head.size;
      return;
    }
    const tree = new TreeReader(head.size, fetchPublished);
    if (kept) await checkExtends(tree, head, kept, "the checkpoint that this browser holds");
    Object.assign(this, { head, cosignatures, at: this.now });
    this.#tree = tree;
    await hold("checkpoint", bytes, this.now);
  }

  /** An older checkpoint than the one held changes nothing, but it must be one of the same history. */
  async #checkRollback(head, kept) {
    try {
      await checkExtends(new TreeReader(kept.size, fetchPublished), kept, head, "the checkpoint that is shown now");
    } catch (error) {
      if (error.code === "inconsistent") throw error;
      // Whoever shows an old copy may well not have the tiles of the newer one.
    }
  }

  /** A signed tree is one of this log's. With no connection there are no tiles to tell by. */
  async #checkExtends(old, what) {
    if (this.online) return checkExtends(this.#tree, this.head, old, what);
    if (old.size === this.head.size && !equal(old.root, this.head.root)) {
      throw inconsistent(`${what} and the checkpoint that this browser holds have one size and different roots`);
    }
    return undefined;
  }

  /** The newest list of this number, by a key for lists and of the same history. */
  async #statusToken(number) {
    const path = `status/${number}`;
    const kept = await this.#heldList(path, number);
    if (!this.online) {
      if (kept) return kept.token;
      throw new NoConnection(`/log/${path} cannot be had: no connection, and this browser holds none`);
    }
    const token = await fetchPublished(path);
    const list = await readList(token, number, this.trust);
    if (kept && (kept.list.size > list.size || kept.list.issuedAt > list.issuedAt)) return kept.token;
    await this.#checkExtends(list, "the status list");
    await hold(path, token, this.now);
    return token;
  }

  async #heldList(path, number) {
    const found = await held(path);
    if (!found) return undefined;
    try {
      return { token: found.bytes, list: await readList(found.bytes, number, this.trust) };
    } catch (error) {
      if (error instanceof VerificationError) return undefined;
      throw error;
    }
  }
}
