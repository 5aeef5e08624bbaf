// Everything that can be in the way of the microphone: each has its own plain
// message, and the text box stays as a way on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Visitor } from "./lib/browser.mjs";
import { openLine } from "./lib/line.mjs";
import { startServer } from "./lib/server.mjs";
import { silence, synthetic } from "./lib/speech.mjs";
import { openTab } from "./lib/tabs.mjs";

const options = { timeout: 60_000 };

describe("trouble", () => {
  let server, wav;
  before(async () => {
    server = await startServer();
    wav = await silence(12, "silence");
  }, { timeout: 90_000 });
  after(() => server.stop());

  // Speaks into nothing and expects the code; then the same by typing works.
  async function refused(browser, url, code, more) {
    try {
      const v = await Visitor.open(browser, url, more);
      await v.part(".voice").click();
      assert.equal((await v.event("error")).code, code);
      await v.state("error");
      assert.notEqual((await v.live()).trim(), "");
      await v.part(".card .plain").click();
      await v.page.keyboard.type("教育局");
      await v.page.keyboard.press("Enter");
      assert.equal((await v.event("reply")).reply.action, "navigate", "typing is the way on");
      assert.deepEqual(v.errors, []);
      return v;
    } finally {
      await browser.close();
    }
  }

  test("permission denied", options, async () => {
    const browser = await launch({ wav, allow: false });
    const cdp = await browser.newBrowserCDPSession();
    await cdp.send("Browser.setPermission", { permission: { name: "microphone" }, setting: "denied", origin: server.url });
    await refused(browser, server.url, "denied");
  });

  test("no microphone", options, async () => {
    const browser = await launch({ flags: ["--use-fake-ui-for-media-stream"] });
    await refused(browser, server.url, "no_microphone");
  });

  test("the microphone is taken by another program", options, async () => {
    // What a browser says of a device that something else has opened for itself.
    const init = () => (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("Could not start audio source", "NotReadableError")));
    await refused(await launch({ wav }), server.url, "microphone_taken", { init });
  });

  // Says 「打开教育局」 over a line, and is answered.
  async function answered(line) {
    const browser = await launch({ wav: await synthetic("da3 kai1 jiao4 yu4 ju2", "trouble") });
    try {
      const v = await Visitor.open(browser, line.url);
      await v.part(".voice").click();
      const { reply } = await v.event("reply");
      assert.equal(reply.column?.id, "jyj", JSON.stringify(reply));
      await v.micOff();
      assert.deepEqual(v.errors, []);
      assert.equal(v.events.some((e) => e.name === "error"), false);
    } finally {
      await browser.close();
      await line.close();
    }
  }

  test("a network slower than speech: the answer comes later, and is right", options, async () => {
    await answered(await openLine(server.url, { rate: 24_000 })); // speech needs 32,000 bytes a second
  });

  const MIDDLE = 90_000; // bytes towards the service: past the page's requests, within the sentence

  test("the service is stopped while somebody speaks: it answers first", { timeout: 120_000 }, async () => {
    const first = await startServer();
    try {
      const line = await openLine(first.url, { cutAfter: MIDDLE, onCut: () => (first.signal("SIGTERM"), false) });
      await answered(line);
      assert.equal(line.cuts, 1, "the service was stopped within the sentence");
    } finally {
      await first.stop();
    }
  });

  test("the service dies while somebody speaks: another one is told all of it", { timeout: 120_000 }, async () => {
    const first = await startServer();
    try {
      const line = await openLine(first.url, { cutAfter: MIDDLE, onCut: (l) => (first.signal("SIGKILL"), (l.target = server.url)) });
      await answered(line);
      assert.equal(line.cuts, 1, "the service died within the sentence");
    } finally {
      await first.stop();
    }
  });

  test("an address without https", options, async () => {
    const { port } = new URL(server.url);
    const browser = await launch({ wav, flags: ["--host-resolver-rules=MAP portal.test 127.0.0.1"] });
    await refused(browser, `http://portal.test:${port}`, "insecure");
  });

  test("inside WeChat, where there is no getUserMedia", options, async () => {
    const browser = await launch();
    const context = { userAgent: "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50" };
    const init = () => Object.defineProperty(Navigator.prototype, "mediaDevices", { get: () => undefined });
    await refused(browser, server.url, "in_app", { context, init });
  });

  test("too many are listening", { timeout: 150_000 }, async () => {
    const small = await startServer("--workers", "1");
    const browser = await launch({ wav });
    // Takes every place there is, and keeps it.
    const fill = async () => {
      window.places ||= [];
      for (let full = false; !full; ) {
        if (window.places.length > 250) throw new Error("250 listeners and still not full");
        const ws = new WebSocket(location.origin.replace("http", "ws") + "/v1/listen");
        window.places.push(ws);
        ws.onopen = () => ws.send(JSON.stringify({ type: "start", sample_rate: 16000, lang: "zh-CN" }));
        full = await new Promise((done) => (ws.onmessage = ({ data }) => done(JSON.parse(data).code === "busy")));
      }
    };
    try {
      const crowd = await Visitor.open(browser, small.url);
      const v = await Visitor.open(browser, small.url);
      await v.part(".voice").click();
      // A busy machine refuses some while there still are places: then the
      // visitor got one, hears of the silence, and the crowd takes that, too.
      let code;
      for (let i = 0; i < 5 && code !== "busy"; i++) {
        await crowd.page.evaluate(fill);
        await v.page.keyboard.press("Escape");
        const seen = v.events.length;
        await v.widget.evaluate((el) => el.listen());
        ({ code } = await v.event("error", seen));
      }
      assert.equal(code, "busy");
      await v.part(".card .plain").click();
      await v.page.keyboard.type("教育局");
      await v.page.keyboard.press("Enter");
      assert.equal((await v.event("reply")).reply.action, "navigate", "typing works while voice is full");
    } finally {
      await browser.close();
      await small.stop();
    }
  });

  test("a service without speech", options, async () => {
    const mute = await startServer("--no-speech");
    try {
      await refused(await launch({ wav }), mute.url, "unavailable");
    } finally {
      await mute.stop();
    }
  });

  test("nobody speaks", options, async () => {
    const browser = await launch({ wav });
    try {
      const v = await Visitor.open(browser, server.url);
      await v.part(".voice").click();
      await v.state("listening");
      assert.equal((await v.event("error")).code, "silent");
      await v.micOff();
    } finally {
      await browser.close();
    }
  });

  test("the network goes and stays away", options, async () => {
    const line = await openLine(server.url);
    const browser = await launch({ wav });
    try {
      const v = await Visitor.open(browser, line.url);
      await v.part(".voice").click();
      await v.state("listening");
      line.down = true;
      line.cut();
      assert.equal((await v.event("error")).code, "lost");
      await v.micOff();
      const seen = v.events.length;
      await v.part("#q").fill("教育局");
      await v.page.keyboard.press("Enter");
      assert.equal((await v.event("error", seen)).code, "offline");
      line.down = false; // and comes back: trying again asks what was typed
      await v.part(".error .main").click();
      assert.equal((await v.event("reply")).reply.action, "navigate");
    } finally {
      await browser.close();
      await line.close();
    }
  });

  test("leaving the page ends listening, and the service notices", options, async () => {
    const browser = await launch({ wav });
    const streams = async () => Number(/^tingdong_speech_streams (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())[1]);
    try {
      const v = await Visitor.open(browser, server.url);
      await v.part(".voice").click();
      await v.state("listening");
      assert.equal(await streams(), 1);
      await v.page.goto("about:blank");
      for (const end = Date.now() + 20_000; (await streams()) > 0;) assert.ok(Date.now() < end, "the stream is still open");
    } finally {
      await browser.close();
    }
  });

  test("a hidden page lets go of the microphone", options, async () => {
    const tab = await openTab(server.url, wav);
    try {
      await tab.until(`document.querySelector("tingdong-voice")?.dataset.state === "idle"`);
      await tab.run(`
        localStorage.setItem("tingdong.settings", '{"noticed":true}');
        window.tracks = [];
        const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (c) => { const s = await open(c); tracks.push(...s.getTracks()); return s; };
        document.querySelector("tingdong-voice").listen();`);
      await tab.until(`document.querySelector("tingdong-voice").dataset.state === "listening"`);
      assert.equal(await tab.run(`tracks.every((t) => t.readyState === "live")`), true);
      await tab.cover();
      await tab.until(`document.visibilityState === "hidden"`);
      await tab.until(`tracks.length > 0 && tracks.every((t) => t.readyState === "ended")`);
      assert.equal(await tab.run(`document.querySelector("tingdong-voice").dataset.state`), "error");
    } finally {
      await tab.close();
    }
  });
});
