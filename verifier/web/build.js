/**
 * Bundles the pages' scripts and styles: `node build.js [folder]`, by default into the folder that api/ serves.
 *
 * The page of a link code loads one small script of its own. What reads pictures and PDF files is loaded when it is needed; those
 * files have a hash in their names and never change. The service worker is told the names of them all.
 */
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../../api/web/dist"));
const require = createRequire(import.meta.url);

const common = {
  absWorkingDir: here,
  outdir: out,
  bundle: true,
  charset: "utf8",
  chunkNames: "[name]-[hash]",
  legalComments: "eof",
  metafile: true,
  minify: true,
  target: ["es2022"],
};

/** A file of a package under a name with its hash. */
async function copied(from, stem, ending) {
  const source = require.resolve(from);
  const hash = createHash("sha256").update(await readFile(source)).digest("hex").slice(0, 8).toUpperCase();
  const name = `${stem}-${hash}${ending}`;
  await copyFile(source, path.join(out, name));
  return name;
}

/** The names of what a build made. */
const madeBy = ({ metafile }) => Object.keys(metafile.outputs).map((file) => path.basename(file));

const served = (name) => `/assets/${name}`;
const quoted = (names) => Object.fromEntries(Object.entries(names).map(([name, value]) => [name, JSON.stringify(value)]));

await mkdir(out, { recursive: true });
const zxing = await copied("zxing-wasm/reader/zxing_reader.wasm", "zxing", ".wasm");
const pdfWorker = await copied("pdfjs-dist/legacy/build/pdf.worker.min.mjs", "pdfworker", ".js");

// Each page has its own script, in one file but for what hardly any browser needs (`@noble/ed25519`): a link code's page
// is to be light and asked for little, and a file that it shared with others would be one more to ask for.
const pages = [];
for (const [source, name] of [["page", "verify"], ["proving", "prove"], ["offline", "offline"]]) {
  pages.push(await build({
    ...common,
    entryPoints: [{ in: `src/${source}.js`, out: name }],
    format: "esm",
    splitting: true,
  }));
}
const styles = await build({ ...common, entryPoints: [{ in: "src/page.css", out: "verify" }] });

// The page that scans: its workers first, since it names them.
const decoding = await build({
  ...common,
  entryPoints: [{ in: "src/decode.worker.js", out: "decode" }],
  entryNames: "[name]-[hash]",
  define: quoted({ ZXING_WASM: served(zxing) }),
  format: "iife",
});
const scanning = await build({
  ...common,
  entryPoints: [{ in: "src/scanning.js", out: "scan" }, { in: "src/scanning.css", out: "scan" }],
  define: quoted({ DECODE_WORKER: served(madeBy(decoding)[0]), PDF_WORKER: served(pdfWorker) }),
  format: "esm",
  splitting: true,
});

// The page in an evidence file is one file, opened from a disk: all in one script, which no page here asks for.
await build({
  ...common,
  entryPoints: [{ in: "src/evidence.js", out: "evidence" }, { in: "src/evidence.css", out: "evidence" }],
  format: "iife",
});

// For the office's pages alone, which no service worker keeps.
await copyFile(require.resolve("htmx.org/dist/htmx.min.js"), path.join(out, "htmx.js"));

// The service worker: what it may keep is all that was built for the public pages.
const names = [...new Set([zxing, pdfWorker, ...[...pages, styles, decoding, scanning].flatMap(madeBy)])].sort();
const version = createHash("sha256");
for (const name of names) version.update(`${name}\n`).update(await readFile(path.join(out, name)));
await build({
  ...common,
  entryPoints: [{ in: "src/serviceworker.js", out: "sw" }],
  define: quoted({ BUILT: names.map(served), VERSION: version.digest("hex").slice(0, 12) }),
  format: "iife",
});
