/** Reads tests/vectors: a folder a case, `_fail` where a code is expected. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const ROOT = fileURLToPath(new URL("../../../tests/vectors/", import.meta.url));

export const areas = () => readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["generate", "__pycache__"].includes(entry.name))
  .map((entry) => entry.name);

/** The cases of an area: name, input, expected, and whether it must be turned away. */
export function cases(area) {
  return readdirSync(path.join(ROOT, area)).map((name) => {
    const folder = path.join(ROOT, area, name);
    const file = readdirSync(folder).find((entry) => entry.startsWith("input."));
    const text = readFileSync(path.join(folder, file), "utf8");
    return {
      name,
      input: file === "input.txt" ? text : JSON.parse(text),
      expected: JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8")),
      refused: name.endsWith("_fail"),
    };
  });
}
