/** Bundles the page's script and style: `node build.js [folder]`, by default into the folder that api/ serves. */
import { fileURLToPath } from "node:url";
import path from "node:path";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));

await build({
  absWorkingDir: here,
  entryPoints: [
    { in: "src/page.js", out: "verify" },
    { in: "src/page.css", out: "verify" },
  ],
  outdir: path.resolve(process.argv[2] ?? path.join(here, "../../api/web/dist")),
  bundle: true,
  charset: "utf8",
  chunkNames: "[name]-[hash]",
  format: "esm",
  legalComments: "eof",
  minify: true,
  // What loads lazily (`@noble/ed25519`) becomes a file of its own.
  splitting: true,
  target: ["es2022"],
});
