/** Every reason for which the verifier says no: the codes of verifier/errors.py, each with a sentence. */

export class VerificationError extends Error {
  /**
   * @param {string} code stable, for programs
   * @param {string} message a sentence that names the place and the reason
   * @param {string[]} altered the fields one or more of which were altered, where that is known
   */
  constructor(code, message, altered = []) {
    super(message);
    this.name = "VerificationError";
    this.code = code;
    this.altered = altered;
  }
}

/** What the check needs could not be had. This is neither valid, nor revoked, nor forged. */
export class CouldNotCheck extends Error {
  /** `why`: the name of words in things.json with their places, where trying again would not help. */
  constructor(message, why = undefined) {
    super(message);
    this.name = "CouldNotCheck";
    this.code = "could-not-check";
    this.why = why;
  }
}

const reason = (code) => (message, altered) => new VerificationError(code, message, altered);

export const malformed = reason("malformed");
export const badSignature = reason("bad-signature");
export const unknownKey = reason("unknown-key");
export const notEntitled = reason("not-entitled");
export const keyCompromised = reason("key-compromised");
export const notIncluded = reason("not-included");
export const inconsistent = reason("inconsistent");
export const mismatch = reason("mismatch");
export const notAsIssued = reason("not-as-issued");
