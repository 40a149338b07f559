/** Every vector, the same ones that Python reads. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CHECKS } from "./checks.js";
import { areas, cases } from "./vectors.js";

it("knows every area of vectors", () => {
  assert.deepEqual(areas().sort(), Object.keys(CHECKS).sort());
});

for (const [area, check] of Object.entries(CHECKS)) {
  describe(area, () => {
    for (const { name, input, expected, refused } of cases(area)) {
      it(name, async () => {
        if (refused) {
          await assert.rejects(async () => check(input), (error) => {
            assert.equal(error.code, expected.code, error.stack);
            assert.ok(error.message.length > 5);
            assert.ok(error.message.includes(expected.says ?? ""), error.message);
            return true;
          });
        } else {
          assert.deepEqual(await check(input), expected.value);
        }
      });
    }
  });
}
