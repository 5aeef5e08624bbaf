// Chromium driven without Playwright, which keeps every page "visible" for
// good: here a tab really is hidden when another one comes before it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const WAIT_MS = 20_000;

/** Starts Chromium at a page; wav is what its microphone hears. */
export async function openTab(url, wav) {
  const profile = await mkdtemp(join(tmpdir(), "tingdong-tab-"));
  const child = spawn(process.env.CHROMIUM || "/usr/bin/chromium", [
    "--headless=new", "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-proxy-server", "--remote-debugging-pipe", `--user-data-dir=${profile}`,
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-audio-capture=${wav}%noloop`, "about:blank",
  ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
  const send = protocol(child);
  const { targetInfos } = await send("Target.getTargets");
  const { targetId } = targetInfos.find((t) => t.type === "page");
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  await send("Page.navigate", { url }, sessionId);
  return {
    /** Waits until an expression is true in the page. */
    async until(expression) {
      const end = Date.now() + WAIT_MS;
      for (;;) {
        const { result } = await send("Runtime.evaluate", { expression, userGesture: true }, sessionId);
        if (result?.value === true) return;
        if (Date.now() > end) throw new Error(`not true within ${WAIT_MS} ms: ${expression}`);
        await new Promise((next) => setTimeout(next, 50));
      }
    },
    run: async (expression) => (await send("Runtime.evaluate", { expression, userGesture: true, awaitPromise: true }, sessionId)).result.value,
    /** Opens another tab before this one, which becomes hidden. */
    cover: () => send("Target.createTarget", { url: "about:blank" }),
    async close() {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGKILL");
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

// Messages are JSON ended by a zero byte: out on file descriptor 3, in on 4.
function protocol(child) {
  const [, , , out, back] = child.stdio;
  const waiting = new Map();
  let rest = "";
  let last = 0;
  back.setEncoding("utf8").on("data", (chunk) => {
    const messages = (rest + chunk).split("\0");
    rest = messages.pop();
    for (const message of messages.map((m) => JSON.parse(m))) {
      const { done, fail } = waiting.get(message.id) || {};
      waiting.delete(message.id);
      if (message.error) fail?.(new Error(message.error.message));
      else done?.(message.result);
    }
  });
  return (method, params = {}, sessionId) => new Promise((done, fail) => {
    waiting.set(++last, { done, fail });
    out.write(JSON.stringify({ id: last, method, params, sessionId }) + "\0");
  });
}
