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

const WAIT_MS = 30_000;

// Runs in every page before its own scripts: tells the test of the widget's
// events, which so outlive the page, and keeps the microphone's tracks.
function watch() {
  const names = ["state", "final", "reply", "navigate", "control", "search", "clarify", "error"];
  window.tracks = [];
  for (const name of names) {
    document.addEventListener(`tingdong:${name}`, (e) => window.tellTest(name, JSON.parse(JSON.stringify(e.detail ?? null))));
  }
  const media = navigator.mediaDevices;
  if (!media) return;
  const open = media.getUserMedia.bind(media);
  media.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}

/** A visitor's tab: a page with short names for the widget's parts. */
export class Visitor {
  constructor(page) {
    this.page = page;
    this.widget = page.locator("tingdong-voice");
    this.errors = []; // of scripts
    this.events = []; // of the widget: {name, detail}
    this.waiting = new Set();
    page.on("pageerror", (err) => this.errors.push(err.message));
  }

  /**
   * Opens a tab. noticed: the privacy notice was read before; init: a script that
   * runs first; delay: the countdown in ms, where the widget's own is too short to look at.
   */
  static async open(browser, url, { noticed = true, context = {}, init, delay } = {}) {
    const ctx = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...context });
    const page = await ctx.newPage();
    page.setDefaultTimeout(WAIT_MS);
    if (init) await page.addInitScript(init);
    await page.addInitScript(watch);
    if (noticed) {
      await page.addInitScript(() => {
        if (!localStorage.getItem("tingdong.settings")) localStorage.setItem("tingdong.settings", '{"noticed":true}');
      });
    }
    const visitor = new Visitor(page);
    await page.exposeFunction("tellTest", (name, detail) => {
      visitor.events.push({ name, detail });
      visitor.waiting.forEach((look) => look());
    });
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
  event(name, from = 0) {
    return new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`no tingdong:${name} within ${WAIT_MS} ms; there were ${JSON.stringify(this.events.slice(from)).slice(0, 2000)}`)), WAIT_MS);
      const look = () => {
        const found = this.events.slice(from).find((e) => e.name === name);
        if (!found) return;
        clearTimeout(late);
        this.waiting.delete(look);
        done(found.detail);
      };
      this.waiting.add(look);
      look();
    });
  }

  /** What a screen reader is told last. */
  live() {
    return this.part("[role=status]").textContent();
  }

  /** Whether every microphone track of the page has ended. */
  micOff() {
    return this.page.waitForFunction(() => window.tracks.length > 0 && window.tracks.every((t) => t.readyState === "ended"));
  }

  async close() {
    await this.page.context().close();
  }
}
