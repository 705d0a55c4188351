// Bundle the browser side into ../static, or into the folder given: `node build.mjs [folder]`.
// The same sources and lock file give the same bytes: a test rebuilds and compares.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "static");

await build({
  absWorkingDir: here,
  entryPoints: [
    { in: "src/index.js", out: "ipytango" },
    { in: "src/panel.js", out: "panel" },
    { in: "src/style.css", out: "ipytango" },
  ],
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "inline",
  logLevel: "warning",
});
