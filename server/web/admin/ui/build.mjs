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
  splitting: true, // a page's code comes with the page; what several share, once
  chunkNames: "part-[hash]",
  minify: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "eof",
  external: ["/widget/*"], // the voice button's own modules, from the same service
  logLevel: "warning",
});
for (const name of ["index.html", "mark.svg"]) await copyFile(join(here, name), join(out, name));
const scripts = (await readdir(out)).filter((name) => name.endsWith(".js"));
const sizes = await Promise.all(scripts.map(async (name) => (await stat(join(out, name))).size));
console.log(`   ${scripts.length} scripts, ${Math.round(sizes.reduce((a, b) => a + b) / 1024)} KB`);
