/** Changes of standing out of the log's own entries, twin of verifier/current.py, `_changes_in`. */
import { fromHex } from "./bytes.js";
import { leafOf, parse as parseStatement } from "./statement.js";
import { inclusionPath, verifyInclusion } from "./merkle.js";
import { find } from "./seal.js";
import { WIDTH } from "./tile.js";
import { checkChange, verifySigner } from "./verify.js";

/** Entry bundles that are searched for the day and reason of a change: what is cheap. */
const MOST_BUNDLES = 4n;
const CHANGE = /^(?:certificate|title)\.(?:suspended|reinstated|revoked|superseded)\/1$/;

/** The award's changes in the entry bundles behind it, each proved by the tiles; none where these are too many. */
export async function changesIn(tree, head, proved, trust) {
  const { stream } = proved.record;
  const [first, last, width] = [proved.index / BigInt(WIDTH), (head.size - 1n) / BigInt(WIDTH), BigInt(WIDTH)];
  const changes = [];
  if (last - first >= MOST_BUNDLES) return changes;
  for (let number = first; number <= last; number += 1n) {
    for (const [offset, entry] of (await tree.entries(number)).entries()) {
      const index = number * width + BigInt(offset);
      if (index <= proved.index || find(entry, bytesOf(stream), 0) < 0) continue;
      const statement = parseStatement(entry);
      if (statement.record.stream !== stream || !CHANGE.test(statement.record.name)) continue;
      const path = await inclusionPath(index, head.size, tree.hash);
      await verifyInclusion(await leafOf(statement), index, head.size, path, head.root);
      const change = await signed(statement, index, trust);
      if (change) changes.push(checkChange(change, proved));
    }
  }
  return changes;
}

/** Null for one that is disowned: it stays in the log and counts for nothing. */
async function signed(statement, index, trust) {
  try {
    return { record: statement.record, index, ...(await verifySigner(statement, index, trust)) };
  } catch (error) {
    if (error.code === "key-compromised") return null;
    throw error;
  }
}

const bytesOf = (stream) => fromHex(stream.replaceAll("-", ""));
