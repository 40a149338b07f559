/** Which witnesses count, and how many of them: the lines of a C2SP tlog-policy, twin of verifier/witnesses.py. */
import { equal } from "./bytes.js";
import { malformed } from "./errors.js";
import { COSIGNATURE_TYPE, KEY_NAME, verifierKey } from "./verifierkey.js";

const NONE = "none";
const MAX_NAMED = 32;
const URL_FORM = /^https?:\/\/[!#-~]{1,500}$/;
const THRESHOLD = /^[1-9][0-9]?$/;

/** Takes the lines one by one. */
export class PolicyReader {
  witnesses = new Map();
  groups = new Map();
  quorum = "";

  /** Takes a line's words; false for what is no line of a policy. */
  async take(word, rest) {
    if (word === "witness" && (rest.length === 2 || rest.length === 3)) await this.witness(...rest);
    else if (word === "group" && rest.length >= 3) this.group(...rest);
    else if (word === "quorum" && rest.length === 1) this.setQuorum(rest[0]);
    else return false;
    return true;
  }

  result() {
    return { witnesses: [...this.witnesses.values()], groups: [...this.groups.values()], quorum: this.quorum };
  }

  async witness(name, vkey, url) {
    this.checkNew(name, this.witnesses);
    const key = await verifierKey(vkey);
    if (key.type !== COSIGNATURE_TYPE) throw malformed(`the key of witness ${name} is none for cosignatures`);
    if ([...this.witnesses.values()].some((known) => equal(known.key.publicKey, key.publicKey))) {
      throw malformed(`the key of witness ${name} stands twice: one signer would count for two`);
    }
    if (url !== undefined && !URL_FORM.test(url)) throw malformed(`the address of witness ${name} is none`);
    this.witnesses.set(name, { name, key, url });
  }

  group(name, wanted, ...members) {
    this.checkNew(name, this.groups);
    for (const member of members) {
      this.checkDefined(member);
      const before = [...this.groups.values()].some((group) => group.members.includes(member));
      if (before || members.indexOf(member) !== members.lastIndexOf(member)) {
        throw malformed(`${member} is a member twice: it would count twice`);
      }
    }
    const words = new Map([["any", 1], ["all", members.length]]);
    const threshold = words.get(wanted) ?? (THRESHOLD.test(wanted) ? Number(wanted) : 0);
    if (threshold < 1 || threshold > members.length) throw malformed(`group ${name}: ${wanted} is no number of members`);
    this.groups.set(name, { name, threshold, members });
  }

  setQuorum(name) {
    if (this.quorum) throw malformed("quorum stands twice");
    if (name !== NONE) this.checkDefined(name);
    this.quorum = name;
  }

  checkNew(name, among) {
    if (name === NONE || !KEY_NAME.test(name) || name.includes('"') || name.startsWith("#")) {
      throw malformed(`${name} cannot be the name of a witness or a group`);
    }
    if (this.witnesses.has(name) || this.groups.has(name)) throw malformed(`${name} stands twice`);
    if (among.size === MAX_NAMED) throw malformed(`more than ${MAX_NAMED} are named`);
  }

  checkDefined(name) {
    if (!this.witnesses.has(name) && !this.groups.has(name)) {
      throw malformed(`${name} is neither a witness nor a group of a line before`);
    }
  }
}

/** Whether the quorum of a policy is there, where the witnesses of these names cosigned. */
export function quorumMet({ groups, quorum }, names) {
  const reached = new Set(names);
  for (const { name, threshold, members } of groups) { // a group's members stand before it
    if (members.filter((member) => reached.has(member)).length >= threshold) reached.add(name);
  }
  return quorum === NONE || reached.has(quorum);
}
