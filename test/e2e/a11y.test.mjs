// WCAG 2.2 AA as far as a machine can tell; docs/accessibility.md has the rest.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { launch, Visitor } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";
import { silence } from "./lib/speech.mjs";
import { STATES } from "./lib/states.mjs";

const options = { timeout: 120_000 };
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PAGES = ["/", "/cn/", "/cn/jm/", "/cn/qy/", "/cn/yk/", "/cn/jg/jyj/", "/cn/zwgk/", "/cn/search/?q=%E9%A2%84%E7%BA%A6", "/cn/search/?q=qqqq", "/cn/sitemap/", "/en/", "/en/visit/", "/en/search/?q=visa"];

async function violations(v, within) {
  await v.page.evaluate(AXE);
  const found = await v.page.evaluate(([root, tags]) => window.axe.run(root || document, { runOnly: tags, resultTypes: ["violations"] }), [within, TAGS]);
  return found.violations.flatMap((x) => x.nodes.map((n) => `${x.id}: ${n.target.flat().join(" ")}: ${n.failureSummary}`));
}

// 60 px for voice, typing and choices, 44 px for all others.
const smallTargets = (v) => v.page.evaluate(() => [...document.querySelector("tingdong-voice").shadowRoot.querySelectorAll("button, input[type=text], label")]
  .filter((el) => el.checkVisibility())
  .map((el) => ({ el, box: el.getBoundingClientRect(), least: el.matches(".launch, .mic, .choice") ? 60 : 44 }))
  .filter(({ box, least }) => box.height < least || box.width < least)
  .map(({ el, box }) => `${el.className || el.id}: ${box.width} × ${box.height}`));

// Goes backwards through the widget: every stop shows the focus, and Tab leaves.
async function tabThrough(v, name) {
  const stops = [];
  for (let i = 0; i < 40; i++) {
    await v.page.keyboard.press("Shift+Tab");
    const at = await v.page.evaluate(() => {
      const el = document.querySelector("tingdong-voice").shadowRoot.activeElement;
      return el && { what: el.className || el.id || el.tagName, outline: getComputedStyle(el).outlineStyle };
    });
    if (!at) break;
    assert.notEqual(at.outline, "none", `${name}: ${at.what} has the focus and does not show it`);
    stops.push(at.what);
  }
  assert.ok(stops.length > 0 && stops.length < 40, `${name}: ${stops.length} stops`);
}

describe("accessibility", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch({ wav: await silence(20, "a11y") });
  }, { timeout: 90_000 });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  // Goes through every state and looks at each.
  async function everyState(path, context, look) {
    for (const [name, reach] of Object.entries(STATES)) {
      const v = await Visitor.open(browser, server.url + path, { noticed: name !== "notice", context: { reducedMotion: "reduce", ...context }, delay: 60_000 });
      try {
        await reach(v, path.startsWith("/en") ? "en" : "zh");
        await look(v, name);
      } finally {
        await v.close();
      }
    }
  }

  for (const path of ["/", "/en/"]) {
    test(`every state on ${path}: axe finds nothing, targets are large, the focus is seen`, options, () => everyState(path, {}, async (v, name) => {
      for (const theme of ["light", "dark"]) {
        await v.widget.evaluate((el, t) => el.setAttribute("theme", t), theme);
        assert.deepEqual(await violations(v, "tingdong-voice"), [], `${name}, ${theme}`);
      }
      assert.deepEqual(await smallTargets(v), [], name);
      await tabThrough(v, name);
      if (path !== "/") return;
      await v.widget.evaluate((el) => el.setAttribute("lang", "zh-Hant"));
      assert.deepEqual(await violations(v, "tingdong-voice"), [], `${name}, zh-Hant`);
    }));
  }

  for (const path of PAGES) {
    test(`axe finds nothing on ${path}`, options, async () => {
      assert.equal((await fetch(server.url + path)).status, 200);
      const v = await Visitor.open(browser, server.url + path);
      assert.deepEqual(await violations(v), []);
      await v.close();
    });
  }

  for (const [what, viewport] of [["320 px wide", { width: 320, height: 640 }], ["1280 × 800 at 200 %", { width: 640, height: 400 }]]) {
    test(`${what}: nothing is cut off`, options, () => everyState("/", { viewport }, async (v, name) => {
      const box = await v.page.evaluate(() => {
        const root = document.querySelector("tingdong-voice").shadowRoot;
        const panel = root.querySelector(".panel");
        const shown = panel.hidden ? root.querySelector(".dock") : panel;
        const { left, right, top, bottom } = shown.getBoundingClientRect();
        return { left, right, top, bottom, wide: shown.scrollWidth - shown.clientWidth, page: [innerWidth, innerHeight] };
      });
      assert.ok(box.left >= 0 && box.top >= 0 && box.right <= box.page[0] && box.bottom <= box.page[1], `${name}: ${JSON.stringify(box)}`);
      assert.ok(box.wide <= 0, `${name} scrolls sideways by ${box.wide} px`);
      if (name === "idle") return;
      await v.part("#q").scrollIntoViewIfNeeded();
      assert.ok(await v.part("#q").isVisible(), name);
    }));
  }

  test("the testers' page shows every answer and every problem", options, async () => {
    const page = await browser.newPage();
    await page.goto(server.url + "/widget/check.html");
    const press = (name) => page.getByRole("button", { name }).first().click();
    await press(/^clarify$/);
    await page.locator(".choice").first().waitFor();
    await press(/^en$/);
    for (const code of ["denied", "busy", "hidden"]) {
      await press(new RegExp(`^${code}:`));
      await page.locator(".error").waitFor();
    }
    await page.evaluate(AXE);
    const found = await page.evaluate((tags) => window.axe.run({ runOnly: tags, resultTypes: ["violations"] }), TAGS);
    assert.deepEqual(found.violations.map((x) => `${x.id}: ${x.nodes.map((n) => n.target)}`), []);
    await page.close();
  });

  test("closing gives the focus back to the button that opened", options, async () => {
    const v = await Visitor.open(browser, server.url);
    for (const opener of ["type", "voice"]) {
      await v.part(`.${opener}`).click();
      await v.page.keyboard.press("Escape"); // listening: stops
      if (opener === "voice") await v.page.keyboard.press("Escape");
      await v.part(".panel").waitFor({ state: "hidden" });
      assert.match(await v.page.evaluate(() => document.querySelector("tingdong-voice").shadowRoot.activeElement.className), new RegExp(opener));
    }
    await v.close();
  });

  test("without motion when the visitor wants none", options, async () => {
    const v = await Visitor.open(browser, server.url, { context: { reducedMotion: "reduce" } });
    await v.part(".type").click();
    assert.equal(await v.part(".panel").evaluate((el) => getComputedStyle(el).animationName), "none");
    await v.close();
  });

  test("no key does anything by itself", options, async () => {
    const v = await Visitor.open(browser, server.url);
    for (const key of ["a", "v", "m", "1", " ", "/", "?"]) await v.page.keyboard.press(key);
    assert.equal(await v.widget.getAttribute("data-state"), "idle");
    assert.deepEqual(v.events, []);
    await v.close();
  });

  test("the page's own language and role do not become ARIA", options, async () => {
    const v = await Visitor.open(browser, server.url + "/cn/jm/");
    assert.equal(await v.widget.getAttribute("role"), null);
    assert.equal(await v.widget.getAttribute("visitor"), "resident");
    await v.close();
  });
});
