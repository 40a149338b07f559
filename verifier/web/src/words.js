/** What the page says, in Chinese and English: states, reasons, and the values that paper shows. */
import paper from "./paper.json" with { type: "json" };

/** A state's icon, word and sentence. Icon and colour follow `tone`; the word alone says it too. */
export const STATES = {
  valid: ["good", "有效 Valid", "真实，且目前有效。", "Authentic, and it stands."],
  "not-yet-valid": ["wait", "尚未生效 Not yet valid", "真实，但尚未到颁发之日。", "Authentic, but not valid before the day of its award."],
  expired: ["wait", "已过期 Expired", "真实，但有效期已过。", "Authentic, but its last day of validity has passed."],
  suspended: ["wait", "暂停 Suspended", "真实，但已被颁发机构暂停。", "Authentic, but suspended by the organisation that awarded it."],
  revoked: ["bad", "已撤销 Revoked", "真实，但已被撤销。", "Authentic, but revoked."],
  superseded: ["bad", "已更正替换 Superseded", "真实，但已被更正后的证书替换。", "Authentic, but superseded by a correction."],
  "revoked-or-superseded": [
    "bad", "已撤销或替换 Revoked or superseded", "真实，但公布的状态表显示其已被撤销或替换。",
    "Authentic, but revoked or superseded: the published list says so.",
  ],
  "authentic-standing-not-checked": [
    "unknown", "真实，状态未核 Authentic, standing not checked", "签名与登记属实，但未能核实目前是否仍有效。",
    "Signed and logged as shown; whether it still stands could not be checked.",
  ],
  tampered: ["bad", "内容不符 Tampered", "这不是当初签署的内容。", "This is not what was signed."],
  "unknown-key": ["bad", "签署者不明 Unknown key", "签署所用的密钥不在信任文件中。", "Signed by a key that the trust file does not know."],
  "not-entitled": ["bad", "无权签署 Not entitled", "签署所用的密钥无权签署此项。", "Signed by a key that was not entitled to it."],
  "not-a-proof": ["bad", "不是证书 Not a certificate", "这不是本登记簿的证书。", "This is no certificate of this ledger."],
  inconsistent: [
    "bad", "登记前后矛盾 Inconsistent", "登记簿自相矛盾：请保存全部文件并告知基地及其审计者。",
    "The log contradicts itself: keep all files and tell the base and its auditors.",
  ],
  "could-not-check": [
    "unknown", "未能核验 Could not check", "未能核验：这不说明它真，也不说明它假。",
    "Could not be checked: this says nothing for it and nothing against it.",
  ],
};

const STATE_OF = {
  malformed: "not-a-proof",
  "unknown-key": "unknown-key",
  "not-entitled": "not-entitled",
  "key-compromised": "not-entitled",
  inconsistent: "inconsistent",
  "could-not-check": "could-not-check",
};

/** The state that a refusal's code stands for. */
export const stateOf = (code) => STATE_OF[code] ?? "tampered";

/** Everything that the paper shows, as it was signed: `[key, label, value]`. Names of programmes come from the trust file. */
export function printedFields(proved, trust) {
  const values = new Map([...proved.record.fields, ...proved.disclosed]);
  return Object.entries(paper.labels)
    .filter(([key]) => values.has(key))
    .map(([key, label]) => [key, label, fieldText(key, values.get(key), trust)]);
}

function fieldText(key, value, trust) {
  const programme = key === "programme" && trust.programmes.get(value);
  if (programme) return `${programme.zh} ${programme.en} (${value})`;
  return (Object.hasOwn(paper.values, key) && paper.values[key][value]) || String(value);
}

/** Who signed, and who held the key. */
export function signerLines({ organisation, key }, trust) {
  const custody = key.custody === "organisation"
    ? `${organisation.code} 自行保管其密钥 holds its key itself`
    : `密钥由 ${trust.base} 代 ${organisation.code} 保管：签名证明的是 ${trust.base} 以其名义所述 ` +
      `key held by ${trust.base} for ${organisation.code}: the signature proves what ${trust.base} said in its name`;
  return [`${organisation.zh} ${organisation.en} (${organisation.code})`, custody];
}

/** The day and reason of what ended or suspended an award, where they are known. */
export function changeLine(standing, award) {
  if (standing === "revoked") return `撤销日期 revoked on ${award.revokedOn} · 原因 reason: ${award.revokedFor}`;
  if (standing === "superseded") return `替换日期 superseded on ${award.supersededOn}`;
  if (standing === "suspended" && award.suspensions.length) return `暂停日期 suspended on ${award.suspensions.at(-1)[0]}`;
  return "";
}
