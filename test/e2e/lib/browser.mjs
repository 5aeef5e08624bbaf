// A real Chromium whose microphone plays a file.
import { chromium } from "playwright-core";

// Stay off the network: everything under test is on the loopback.
const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic", "--no-proxy-server"];

/** Launches Chromium. wav: what the microphone hears; without it there is none. */
export function launch({ wav, allow = true, flags = [] } = {}) {
  const mic = wav ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${wav}%noloop`] : [];
  const ui = wav && allow ? ["--use-fake-ui-for-media-stream"] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: [...QUIET, ...mic, ...ui, ...flags] });
}

// Runs in every page before its own scripts: keeps the widget's events and the
// microphone streams, so that a test can wait for and look at them.
function watch() {
  const names = ["state", "final", "reply", "navigate", "control", "search", "clarify", "error"];
  window.seen = { events: [], tracks: [] };
  for (const name of names) {
    document.addEventListener(`tingdong:${name}`, (e) => window.seen.events.push({ name, detail: JSON.parse(JSON.stringify(e.detail ?? null)) }));
  }
  const media = navigator.mediaDevices;
  if (!media) return;
  const open = media.getUserMedia.bind(media);
  media.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    window.seen.tracks.push(...stream.getTracks());
    return stream;
  };
}

/** A visitor's tab: a page with short names for the widget's parts. */
export class Visitor {
  constructor(page) {
    this.page = page;
    this.widget = page.locator("tingdong-voice");
    this.errors = [];
    page.on("pageerror", (err) => this.errors.push(err.message));
  }

  /**
   * Opens a tab. noticed: the privacy notice was read before; init: a script that
   * runs first; delay: the countdown in ms, where the widget's own is too short to look at.
   */
  static async open(browser, url, { noticed = true, context = {}, init, delay } = {}) {
    const ctx = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
    const page = await ctx.newPage();
    page.setDefaultTimeout(20_000);
    if (init) await page.addInitScript(init);
    await page.addInitScript(watch);
    if (noticed) {
      await page.addInitScript(() => {
        if (!localStorage.getItem("tingdong.settings")) localStorage.setItem("tingdong.settings", '{"noticed":true}');
      });
    }
    const visitor = new Visitor(page);
    await page.goto(url);
    await visitor.part(".voice").waitFor();
    if (delay) await visitor.widget.evaluate((el, ms) => el.setAttribute("delay", ms), delay);
    return visitor;
  }

  /** A part of the widget, by a selector in its shadow tree. */
  part(selector) {
    return this.widget.locator(selector);
  }

  /** Waits for a state of the widget. */
  async state(name) {
    await this.page.locator(`tingdong-voice[data-state="${name}"]`).waitFor({ state: "attached" });
  }

  /** Waits for an event of the widget that comes after the first `from`; resolves to its detail. */
  async event(name, from = 0) {
    const found = await this.page.waitForFunction(
      ([n, i]) => window.seen.events.slice(i).find((e) => e.name === n), [name, from]);
    return (await found.jsonValue()).detail;
  }

  /** What a screen reader is told last. */
  live() {
    return this.part("[role=status]").textContent();
  }

  /** Whether every microphone track of the page has ended. */
  micOff() {
    return this.page.waitForFunction(() => window.seen.tracks.length > 0 && window.seen.tracks.every((t) => t.readyState === "ended"));
  }

  async close() {
    await this.page.context().close();
  }
}
