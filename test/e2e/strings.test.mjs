// Every language has every text, and every problem has its message.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

const WIDGET = join(import.meta.dirname, "../../server/web/widget");
const { strings, table } = await import(join(WIDGET, "strings.js"));
const LANGS = ["zh-CN", "zh-Hant", "en"];

const shape = (o) => Object.fromEntries(Object.entries(o).map(([k, v]) =>
  [k, Array.isArray(v) ? "list" : typeof v === "object" ? shape(v) : `${typeof v} ${v.length && typeof v === "function" ? v.length : ""}`]));

test("all tables have the same keys", async () => {
  const [first, ...others] = await Promise.all(LANGS.map(strings));
  for (const other of others) assert.deepEqual(shape(other), shape(first));
});

test("tags choose their table", () => {
  for (const [tag, want] of Object.entries({ en: "en", "en-GB": "en", "zh-TW": "zh-Hant", "zh-Hant-HK": "zh-Hant", "zh-CN": "zh-CN", zh: "zh-CN", "": "zh-CN", fr: "zh-CN", eng: "zh-CN" })) {
    assert.equal(table(tag), want, tag);
  }
});

test("every problem that the code can raise has a message", async () => {
  const { errors } = await strings("en");
  const files = (await readdir(WIDGET)).filter((f) => f.endsWith(".js") && !f.startsWith("strings"));
  const code = (await Promise.all(files.map((f) => readFile(join(WIDGET, f), "utf8")))).join("\n");
  const raised = [...code.matchAll(/new Problem\("(\w+)"/g), ...code.matchAll(/Error: "(\w+)"/g)].map((m) => m[1]);
  assert.ok(raised.length > 10, "the pattern above no longer finds them");
  assert.deepEqual(raised.filter((c) => !(c in errors)), []);
});

test("no sentence of one table stands in another", async () => {
  const texts = (o) => Object.values(o).flatMap((v) => (typeof v === "string" ? [v] : typeof v === "object" ? texts(v) : []));
  const [cn, , en] = await Promise.all(LANGS.map(async (l) => texts(await strings(l))));
  assert.deepEqual(en.filter((t) => /[\u4e00-\u9fff]/.test(t)), []);
  assert.deepEqual(cn.filter((t) => /[a-z]{4}/.test(t.replace(/https:/g, ""))), []);
});
