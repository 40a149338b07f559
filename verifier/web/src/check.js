/**
 * From a thing that somebody holds (a PDF, a picture, an address, a proof) to a verdict, twin of verifier/check.py: the
 * same state and code for the same thing. A verdict is `{state, code, message, proved, found, notes, linkId}`; its notes
 * are `[name of a sentence, its places]` or an English text, its link one that is the award's own. `altered` names the
 * fields that a refusal is about, `why` the words of what trying again would not mend.
 */
import { linkDigest, parseAddress } from "./address.js";
import { equal, utf8 } from "./bytes.js";
import { CouldNotCheck, VerificationError, malformed, mismatch, notAsIssued } from "./errors.js";
import { check as checkSeal, find } from "./seal.js";
import { stateOf } from "./states.js";
import { DOCUMENT_KIND } from "./trust.js";
import { verifyChange, verifyProof } from "./verify.js";

export const UNCHECKED = "authentic-standing-not-checked";
/** Bytes of the largest file that is read. */
export const FILE_LIMIT = 32 * 1024 * 1024;

const PROOF_START = 0xd2;
const PDF_START = utf8("%PDF-");
const COMPARE = ["compare"];

/** Checks things against one log, of `openLog`. */
export class Checker {
  #log;
  #scan;
  #fetchLink;

  /**
   * @param scan gives what a PDF or a picture holds, `{proof, codes}`
   * @param fetchLink gives the server's `{proof, changes}` for a link id
   */
  constructor(log, { scan, fetchLink } = {}) {
    this.#log = log;
    this.#scan = scan;
    this.#fetchLink = fetchLink;
    this.hosts = log.trust.hosts;
    this.host = log.trust.hosts[0];
  }

  /** The verdict about an address. */
  address(text) {
    return this.#told(() => this.#address(parseAddress(text)));
  }

  /** The verdict about the texts of the codes that a camera or a picture shows. */
  codes(texts) {
    return this.#told(() => this.#codes(texts));
  }

  /** The verdict about a proof. */
  proof(data) {
    return this.#told(() => this.#proof(data, [COMPARE]));
  }

  /** The verdict about a file's content: a proof, an address as text, a PDF or a picture. */
  file(data) {
    return this.#told(async () => {
      if (data.length > FILE_LIMIT) {
        throw malformed(`file: ${data.length} bytes; the largest that is read has ${FILE_LIMIT}`);
      }
      if (data[0] === PROOF_START) return this.#proof(data, [COMPARE]);
      const text = addressIn(data);
      if (text !== undefined) return this.#address(parseAddress(text));
      if (find(data.subarray(0, 1024), PDF_START, 0) >= 0) return this.#pdf(data);
      const { codes } = await this.#scan(data);
      if (!codes.length) {
        throw new CouldNotCheck(
          "no QR code could be read in the picture: take a sharper one, or check the other code",
          ["no-code"],
        );
      }
      return this.#codes(codes);
    });
  }

  async #told(check) {
    try {
      return await check();
    } catch (error) {
      return refused(error);
    }
  }

  // --- the things -------------------------------------------------------------------------------------------------

  #address(parsed) {
    if (parsed.linkId) return this.#link(parsed);
    return this.#proof(parsed.proof, [...this.#foreignHost(parsed), COMPARE]);
  }

  #foreignHost({ host }) {
    return this.hosts.includes(host) ? [] : [["foreign_code", { host, own: this.host }]];
  }

  /** Codes of one paper must agree with one another, the rest is for the eye. */
  async #codes(texts) {
    const [links, proofs] = parsedCodes(texts);
    const severalLinks = new Set(links.map(({ host, linkId }) => `${host} ${linkId}`)).size > 1;
    if (distinct(proofs.map(({ proof }) => proof)).length > 1 || (!proofs.length && severalLinks)) {
      throw malformed("the picture shows the codes of several certificates: check one at a time");
    }
    if (proofs.length) {
      const proved = await verifyProof(proofs[0].proof, this.#log.trust);
      await this.#checkLinks(links, proved);
      const verdict = await this.#standing(proved, [...this.#foreignHost(proofs[0]), COMPARE]);
      return { ...verdict, linkId: links[0]?.linkId };
    }
    if (links.length) return this.#link(links[0]);
    throw malformed("the QR code in the picture is none of a certificate");
  }

  /** A PDF must be as issued to the last byte; if not, what was signed is shown beside the refusal. */
  async #pdf(data) {
    let refusal = await this.#sealRefusal(data);
    let found;
    try {
      found = await this.#scan(data);
    } catch (error) {
      if (!refusal || !isOurs(error)) throw error;
      return this.#notAsIssued(refusal, [], error.message);
    }
    const [links, proofs] = parsedCodes(found.codes);
    const shown = distinct([...(found.proof ? [found.proof] : []), ...proofs.map(({ proof }) => proof)]);
    if (!refusal && found.receipt && !shown.length) {
      throw new CouldNotCheck(
        "file: a verification receipt as issued; certverify check works it out, this page does not",
        ["receipt-here"],
      );
    }
    if (!refusal && shown.length !== 1) {
      refusal = notAsIssued(
        shown.length
          ? "file: the attached proof and the proof code on the page are not the same"
          : "file: it carries no proof",
      );
    }
    if (refusal) return this.#notAsIssued(refusal, shown);
    const proved = await verifyProof(shown[0], this.#log.trust);
    await this.#checkLinks(links, proved, true);
    return { ...(await this.#standing(proved, [])), linkId: links[0]?.linkId };
  }

  /** The server behind the base's own host is asked for the proof, and believed in nothing. */
  async #link(link) {
    if (!this.hosts.includes(link.host)) {
      throw new CouldNotCheck(
        `the link leads to ${link.host}, not to the base's ${this.host}: nothing was fetched`,
        ["foreign-code", { host: link.host, own: this.host }],
      );
    }
    const { proof, changes } = await this.#fetchLink(link.linkId);
    const proved = await verifyProof(proof, this.#log.trust);
    await this.#checkLinks([link], proved);
    const [known, remarks] = await verifiedChanges(changes, this.#log.trust, proved);
    return { ...(await this.#standing(proved, [...remarks, COMPARE], known)), linkId: link.linkId };
  }

  async #proof(data, notes) {
    return this.#standing(await verifyProof(data, this.#log.trust), notes);
  }

  // --- what is checked of them ------------------------------------------------------------------------------------

  /**
   * Refuses a link that is not this award's own, at a host of the base's. A file whose seal is good the base itself made:
   * where its proof is newer than the trust file, the base may have moved.
   */
  async #checkLinks(links, proved, sealed = false) {
    for (const { host, linkId } of links) {
      if (sealed && !this.hosts.includes(host) && proved.size > this.#log.trust.asOf) {
        throw new CouldNotCheck(
          `the link code leads to ${host}, and the trust file (as of entry ${this.#log.trust.asOf}) knows ${this.host}: ` +
            "the base may have moved, get a newer trust file",
        );
      }
      if (!this.hosts.includes(host)) throw mismatch(`the link code leads to ${host}, not to the base's ${this.host}`);
      if (!equal(await linkDigest(linkId), proved.record.fields.get("link_hash"))) {
        throw mismatch("the link is that of another certificate than the proof");
      }
    }
  }

  /** Why a file is not as issued, or null. Throws CouldNotCheck where no key for seals can be relied on. */
  async #sealRefusal(data) {
    const keys = [...this.#log.trust.keys.values()].filter(({ kinds }) => kinds.has(DOCUMENT_KIND));
    if (!keys.length) throw new CouldNotCheck("the trust file names no key for file seals: get a newer one");
    let refusal = null;
    for (const key of keys) {
      try {
        await checkSeal(data, key.publicKey);
      } catch (error) {
        if (error.code !== "not-as-issued") throw error;
        refusal = error;
        continue;
      }
      if (key.compromisedFrom !== null) {
        throw new CouldNotCheck("the file is sealed with a key that was reported compromised: check its codes");
      }
      return null;
    }
    return refusal;
  }

  /** The verdict about an authentic award. */
  async #standing(proved, notes, changes = []) {
    const verdict = { state: UNCHECKED, code: "", message: "", proved, found: null, notes };
    try {
      const found = await this.#log.standing(proved, changes);
      return { ...verdict, state: found.standing, found };
    } catch (error) {
      if (!isOurs(error)) throw error;
      const state = error.code === "inconsistent" ? "inconsistent" : UNCHECKED;
      return { ...verdict, state, code: error.code, message: error.message };
    }
  }

  /** The refusal of a file, with what was signed where the file still holds it. */
  async #notAsIssued(error, shown, unread = "") {
    const verdict = refused(error);
    if (!shown.length) return { ...verdict, notes: unread ? [unread] : [] };
    try {
      return { ...verdict, proved: await verifyProof(shown[0], this.#log.trust), notes: [["signed_beside"], COMPARE] };
    } catch (other) {
      if (!isOurs(other)) throw other;
      return { ...verdict, notes: [["proof_bad"], other.message] };
    }
  }
}

/** The changes of standing that verify, and a remark on each that does not. A disowned one counts for nothing. */
export async function verifiedChanges(changes, trust, proved) {
  const [known, remarks] = [[], []];
  for (const change of changes) {
    try {
      known.push(await verifyChange(change, trust, proved));
    } catch (error) {
      if (!isOurs(error)) throw error;
      if (error.code !== "key-compromised") remarks.push(["change_refused"], error.message);
    }
  }
  return [known, remarks];
}

/** The verdict of a check that ended in an error. What is none of ours (no secure context, say) checked nothing. */
export function refused(error) {
  const code = error instanceof VerificationError ? error.code : "could-not-check";
  const { message, altered, why } = error;
  return { state: stateOf(code), code, message, altered, why, proved: null, found: null, notes: [] };
}

const isOurs = (error) => error instanceof VerificationError || error instanceof CouldNotCheck;

/** The codes that are ours, `[links, proofs]`. Refuses one that looks like ours and is spoilt. */
function parsedCodes(texts) {
  const [links, proofs] = [[], []];
  for (const text of texts) {
    try {
      const parsed = parseAddress(text);
      (parsed.linkId ? links : proofs).push(parsed);
    } catch (error) {
      if (error.code !== "malformed" || text.includes("/p#")) throw error;
    }
  }
  return [links, proofs];
}

/** The address that a text file holds; undefined for anything else. */
function addressIn(data) {
  const text = new TextDecoder("latin1");
  if (!/^https?:\/\//i.test(text.decode(data.subarray(0, 8)))) return undefined;
  if (data.some((byte) => byte > 0x7f)) throw malformed("address: not plain characters");
  return text.decode(data).trim();
}

const distinct = (list) => list.filter((item, at) => list.findIndex((other) => equal(item, other)) === at);
