// What a browser's own MediaRecorder makes is understood when it is uploaded.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";
import { synthetic } from "./lib/speech.mjs";

describe("recorder", () => {
  let server, wav;
  before(async () => {
    server = await startServer();
    wav = await synthetic("da3 kai1 jiao4 yu4 ju2", "recorder"); // 打开教育局
  }, { timeout: 90_000 });
  after(() => server.stop());

  test("WebM with Opus, as MediaRecorder streams it", { timeout: 60_000 }, async () => {
    const browser = await launch({ wav });
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}/`);
      const { type, status, reply } = await page.evaluate(async () => {
        const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
        const recorder = new MediaRecorder(stream, { mimeType: "audio/webm;codecs=opus" });
        const pieces = [];
        recorder.ondataavailable = (e) => pieces.push(e.data);
        const stopped = new Promise((done) => (recorder.onstop = done));
        recorder.start(250); // in pieces: nothing in the file says how long it is
        await new Promise((done) => setTimeout(done, 5000)); // the microphone plays the file once
        recorder.stop();
        await stopped;
        stream.getTracks().forEach((t) => t.stop());
        const body = new Blob(pieces, { type: recorder.mimeType });
        const answer = await fetch("/v1/listen?lang=zh-CN", { method: "POST", body });
        return { type: body.type, status: answer.status, reply: await answer.json() };
      });
      assert.match(type, /webm/);
      assert.equal(status, 200, JSON.stringify(reply));
      assert.equal(reply.column?.id, "jyj", JSON.stringify(reply));
    } finally {
      await browser.close();
    }
  });
});
