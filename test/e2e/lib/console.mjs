// An administrator's tab of the console.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const WAIT_MS = 30_000;
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export class Desk {
  /** Opens the console in a language and theme, and signs in when there is a token. */
  static async open(browser, url, { token, lang = "zh", theme = "light", viewport = { width: 1280, height: 800 }, at = "", context = {} } = {}) {
    const ctx = await browser.newContext({ viewport, reducedMotion: "reduce", ...context });
    const page = await ctx.newPage();
    page.setDefaultTimeout(WAIT_MS);
    const desk = new Desk();
    Object.assign(desk, { page, errors: [] });
    page.on("pageerror", (err) => desk.errors.push(err.message));
    page.on("console", (m) => m.type() === "error" && /Content Security Policy|Trusted/i.test(m.text()) && desk.errors.push(m.text()));
    await page.addInitScript(([l, t]) => {
      if (!localStorage.getItem("tingdong.console.lang")) localStorage.setItem("tingdong.console.lang", l);
      if (!localStorage.getItem("tingdong.console.theme")) localStorage.setItem("tingdong.console.theme", t);
    }, [lang, theme]);
    await page.goto(`${url}/admin/${at}`);
    if (token) await desk.signIn(token);
    return desk;
  }

  async signIn(token) {
    await this.page.locator("input[type=password]").fill(token);
    await this.page.keyboard.press("Enter");
    await this.page.locator(".role").waitFor();
    await this.loaded();
  }

  /** Goes to a page of the console by its name. */
  async go(name) {
    await this.page.locator(`nav a[data-page=${name}]`).click();
    await this.page.waitForFunction((n) => document.querySelector(`nav a[data-page="${n}"]`)?.getAttribute("aria-current"), name);
    await this.loaded();
  }

  loaded() {
    return this.page.waitForFunction(() => document.querySelector("#page")?.children.length > 1 && !document.querySelector("#page > p[role=status]"));
  }

  tab(n) {
    return this.page.locator(`#tab-${n}`).click();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  text() {
    return this.page.locator(".editor .cm-content");
  }

  /** Replaces the editor's text by pasting. */
  async write(text) {
    await this.text().focus();
    await this.page.keyboard.press("Control+a");
    await this.text().evaluate((el, value) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", value);
      el.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
  }

  say(text) {
    return this.page.locator("#say", { hasText: text }).waitFor();
  }

  /** axe's findings on the whole page, one line each. */
  async violations() {
    await this.page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
    return found.violations.flatMap((x) => x.nodes.map((n) => `${x.id}: ${n.target.flat().join(" ")}: ${n.failureSummary}`));
  }

  /** How far the page is wider than the window. */
  overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  }

  close() {
    return this.page.context().close();
  }
}
