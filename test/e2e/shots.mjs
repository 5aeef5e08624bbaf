// Screenshots of every state and of the portal's pages at 360 and 1280 px, in
// Chinese and English, into .out/shots: to be looked at by a person (npm run shots).
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, Visitor } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";
import { silence } from "./lib/speech.mjs";
import { STATES } from "./lib/states.mjs";

const PAGES = {
  home: "/", classic: "/cn/", residents: "/cn/jm/", enterprises: "/cn/qy/", tourists: "/cn/yk/", column: "/cn/jg/jyj/",
  search: "/cn/search/?q=%E9%A2%84%E7%BA%A6", nothing: "/cn/search/?q=%E9%BE%98%E9%BE%98%E9%BE%98", find: "/en/search/?q=visa", english: "/en/", visit: "/en/visit/",
};

const out = join(import.meta.dirname, ".out/shots");
await mkdir(out, { recursive: true });
const server = await startServer();
const browser = await launch({ wav: await silence(20, "shots") });
try {
  for (const [width, height] of [[360, 740], [1280, 800]]) {
    for (const path of ["/", "/en/"]) {
      const lang = path === "/" ? "zh" : "en";
      for (const [name, reach] of Object.entries(STATES)) {
        const context = { viewport: { width, height }, reducedMotion: "reduce" };
        const v = await Visitor.open(browser, server.url + path, { noticed: name !== "notice", context, delay: 60_000 });
        await reach(v, lang);
        await v.page.screenshot({ path: join(out, `${name}-${width}-${lang}.png`) });
        await v.close();
      }
    }
    for (const [name, path] of Object.entries(PAGES)) {
      const v = await Visitor.open(browser, server.url + path, { context: { viewport: { width, height }, reducedMotion: "reduce" } });
      await v.page.screenshot({ path: join(out, `page-${name}-${width}.png`), fullPage: true });
      await v.close();
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
