// The real service, on a free port of the loopback, with a data folder of its own.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const here = import.meta.dirname;
/** The program under test. */
export const BIN = resolve(process.env.TINGDONG_BIN || join(here, "../../../bin/tingdong"));
const START_MS = 60_000; // the first start fills the demo portal

// Test files share the machine: how busy that is must not decide who may speak.
const ROOMY = ["--max-load", "1000", "--max-wait", "1h"];

/** Starts `tingdong serve` with further flags; resolves to {url, token(role), stop()}. */
export async function startServer(...flags) {
  if (!existsSync(BIN)) throw new Error(`${BIN} is not there: run make build, or set TINGDONG_BIN`);
  const data = await mkdtemp(join(tmpdir(), "tingdong-e2e-"));
  const child = spawn(BIN, ["serve", "--listen", "127.0.0.1:0", "--data", data, "--json-ready", ...ROOMY, ...flags], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (chunk) => (log = (log + chunk).slice(-4000)));
  const gone = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
    await rm(data, { recursive: true, force: true });
  };
  // A new administrator's token, as `tingdong token` makes it while the service runs.
  const token = async (role) => (await promisify(execFile)(BIN, ["token", "--data", data, "--role", role])).stdout.trim();
  try {
    return { url: await ready(child, gone, () => log), token, stop, signal: (name) => child.kill(name), log: () => log };
  } catch (err) {
    child.kill("SIGKILL");
    await gone;
    await rm(data, { recursive: true, force: true });
    throw err;
  }
}

function ready(child, gone, log) {
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error(`tingdong serve was not ready after ${START_MS} ms:\n${log()}`)), START_MS);
    gone.then((code) => (clearTimeout(late), fail(new Error(`tingdong serve ended with ${code}:\n${log()}`))));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) return;
      const message = JSON.parse(line);
      if (!message.ready) return;
      clearTimeout(late);
      done(message.url);
    });
  });
}
