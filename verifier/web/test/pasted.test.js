/** What somebody pastes is understood: addresses with or without a scheme, numbers, numbers with names, and nothing else. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { read } from "../src/pasted.js";
import { cases } from "./vectors.js";

const HERE = { protocol: "http:", host: "127.0.0.1:8100" };
const LINK = "0123456789ABCDEFGHJKMNPQ";
const { number: NUMBER } = cases("addresses").find(({ expected }) => expected.value?.number).expected.value;

describe("a pasted address", () => {
  const own = `http://127.0.0.1:8100/C/${LINK}`;
  for (const [text, address] of [
    [`127.0.0.1:8100/C/${LINK}`, own],
    [`127.0.0.1:8100/c/${LINK}?lang=ko`, own.replace("/C/", "/c/")],
    [`${own}?lang=en#top`, own],
    [`http://127.0.0.1:8100/p?lang=en#12345`, "http://127.0.0.1:8100/p#12345"],
    ["127.0.0.1:8100/p#12345", "http://127.0.0.1:8100/p#12345"],
    [`verify.example.org/C/${LINK}`, `https://verify.example.org/C/${LINK}`],
    [`localhost:9/C/${LINK}`, `http://localhost:9/C/${LINK}`],
    ["https://example.com/menu", "https://example.com/menu"],
  ]) it(text, () => assert.deepEqual(read(text, HERE), { address }));

  for (const text of ["127.0.0.1:8100", "127.0.0.1:8100/check", "http://127.0.0.1:8100/", "127.0.0.1:8100/scan?lang=en"]) {
    it(`${text} is the site's own`, () => assert.deepEqual(read(text, HERE), { number: "", name: "" }));
  }
});

describe("a pasted number", () => {
  for (const [text, name] of [
    [NUMBER, ""],
    [NUMBER.toLowerCase().replaceAll("-", " "), ""],
    [`${NUMBER} 张三`, "张三"],
    [`姓名：张三\n证书编号：${NUMBER}`, "张三"],
    [`${NUMBER}, Zhang San`, "Zhang San"],
    [`${NUMBER.replaceAll("-", " ")}\t买买提·艾力`, "买买提·艾力"],
  ]) it(text, () => assert.deepEqual(read(text, HERE), { number: NUMBER, name }));

  // Without its last character it reads as BD-1202-60TEV06R7G4GX-B, whose check character fits by chance.
  const twofold = "BDI-2026-0TEV06R7G4GXB-C";
  for (const [text, name] of [
    [twofold.toLowerCase().replaceAll("-", " "), ""],
    [`${twofold.replaceAll("-", " ")} Li`, "Li"],
    [`Li ${twofold.replace("-C", " C").replaceAll("-", "")}`, "Li"],
    [`${twofold} C`, "C"],
  ]) it(`${text} is not read as another`, () => assert.deepEqual(read(text, HERE), { number: twofold, name }));

  const other = NUMBER.slice(0, -1) + (NUMBER.endsWith("A") ? "B" : "A");
  for (const text of [other, `${other} 张三`, NUMBER.slice(0, -1), NUMBER.replace("-", "/")]) {
    it(`${text} is mistyped`, () => assert.equal(read(text, HERE).problem.why, "mistyped"));
  }
});

describe("text that is nothing", () => {
  for (const text of ["hello", "张三", "2026-03-01", "你好，请核验这份证书，谢谢", "a/b"]) {
    it(text, () => assert.equal(read(text, HERE).problem.why, "not-understood"));
  }
});
