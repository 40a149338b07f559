/** The state that a refusal's code stands for (verifier/check.py, `_STATE_OF`). */
const STATE_OF = {
  malformed: "not-a-proof",
  "unknown-key": "unknown-key",
  "not-entitled": "not-entitled",
  "key-compromised": "not-entitled",
  inconsistent: "inconsistent",
  "not-as-issued": "not-as-issued",
  "could-not-check": "could-not-check",
};

export const stateOf = (code) => STATE_OF[code] ?? "tampered";
