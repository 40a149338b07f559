/** Every reason for which the verifier says no: the codes of verifier/errors.py, each with a sentence. */

export class VerificationError extends Error {
  /** @param {string} code stable, for programs @param {string} message a sentence that names the place and the reason */
  constructor(code, message) {
    super(message);
    this.name = "VerificationError";
    this.code = code;
  }
}

/** What the check needs could not be had. This is neither valid, nor revoked, nor forged. */
export class CouldNotCheck extends Error {
  constructor(message) {
    super(message);
    this.name = "CouldNotCheck";
    this.code = "could-not-check";
  }
}

const reason = (code) => (message) => new VerificationError(code, message);

export const malformed = reason("malformed");
export const badSignature = reason("bad-signature");
export const unknownKey = reason("unknown-key");
export const notEntitled = reason("not-entitled");
export const keyCompromised = reason("key-compromised");
export const notIncluded = reason("not-included");
export const inconsistent = reason("inconsistent");
export const mismatch = reason("mismatch");
export const notAsIssued = reason("not-as-issued");
