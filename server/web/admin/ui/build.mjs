// Bundles the console into ../dist, where the program embeds it from.
// esbuild 0.28 (MIT) is the bundler; index.html and the sign go as they are.
import { build } from "esbuild";
import { copyFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const here = import.meta.dirname;
const out = join(here, "../dist");

for (const name of await readdir(out)) if (name !== "README.md") await rm(join(out, name));
await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js", "src/style.css"],
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "eof",
  external: ["/widget/*"], // the voice button's own modules, from the same service
  logLevel: "warning",
});
for (const name of ["index.html", "mark.svg"]) await copyFile(join(here, name), join(out, name));
const { size } = await stat(join(out, "main.js"));
console.log(`   main.js ${Math.round(size / 1024)} KB`);
