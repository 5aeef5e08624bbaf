/** Import: a file of any length in pieces that the service answers when they are durable. */
import { postLines } from "../api.js";
import { button, field, fill, h } from "../dom.js";
import { count, t, trouble } from "../i18n.js";

const PIECE = 512 << 10; // small enough that the bar moves
const LONGEST = 32; // MB of one line; the service takes 64 MB at once
const LISTED = 500;

/** Pieces of whole lines of a file: {text, first} with the number of the first line. */
async function* pieces(file) {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = [], size = 0, first = 1;
  for (;;) {
    const { done, value } = await reader.read();
    if (value) (rest.push(value), (size += value.length));
    if (!done && (size < PIECE || !value.includes("\n"))) {
      if (size > LONGEST << 20) throw Object.assign(new Error(t("import.long", { line: first, n: LONGEST })), { own: true });
      continue;
    }
    const all = rest.join("");
    const end = done ? all.length : all.lastIndexOf("\n") + 1;
    const text = all.slice(0, end);
    if (text.trim()) yield { text, first };
    first += text.split("\n").length - 1;
    rest = [all.slice(end)];
    size = rest[0].length;
    if (done) return;
  }
}

export async function importPage({ role }) {
  const example = '{"id":"/a.html","title":"…","body":"…","url":"/a.html"}';
  const lead = h("p", { class: "note" }, t("import.lead", { example }));
  if (role === "viewer") return { el: h("div", null, lead, h("p", { class: "say note" }, t("import.viewer"))) };
  const file = h("input", { type: "file", accept: ".jsonl,.ndjson,.json,application/x-ndjson" });
  const bar = h("progress", { max: "100", value: "0", "aria-label": t("import.progress") });
  const status = h("p", { role: "status" });
  const refused = h("div");
  const stop = button(t("try.stop"), () => running?.abort());
  const go = h("button", { class: "primary" }, t("import.go"));
  const area = h("div", { hidden: true }, bar, status, h("p", null, stop));
  let running;
  const run = async (e) => {
    e.preventDefault();
    const [chosen] = file.files;
    if (!chosen) return (area.hidden = false, fill(status, t("import.pick")), file.focus());
    running = new AbortController();
    const sum = { a: 0, r: 0, w: 0, read: 0, lines: [], line: 1 };
    area.hidden = false;
    go.disabled = true;
    stop.hidden = false;
    fill(refused);
    try {
      await send(chosen, sum, running.signal, () => {
        const p = Math.round((100 * sum.read) / Math.max(chosen.size, 1));
        bar.value = p;
        fill(status, t("import.sent", { p, a: count(sum.a), r: count(sum.r) }));
        listRefused(refused, sum);
      });
      bar.value = 100;
      fill(status, t("import.done", { a: count(sum.a), r: count(sum.r) }), sum.w ? " " + t("import.warnings", { n: sum.w }) : "");
    } catch (err) {
      fill(status, err.name === "AbortError" ? t("import.stopped", { a: count(sum.a) }) : t("import.failed", { a: count(sum.a), line: sum.line, why: trouble(err) }));
    } finally {
      go.disabled = false;
      stop.hidden = true;
    }
  };
  return { el: h("div", null, lead, h("form", { class: "card", onsubmit: run }, field(t("import.file"), file), h("p", null, go), area), refused), close: () => running?.abort() };
}

async function send(file, sum, signal, show) {
  const bytes = new TextEncoder();
  for await (const { text, first } of pieces(file)) {
    sum.line = first;
    const answer = await postLines(text, signal);
    sum.a += answer.accepted;
    sum.r += answer.refused;
    sum.w += answer.warnings || 0;
    sum.read += bytes.encode(text).length;
    for (const e of answer.errors || []) if (sum.lines.length < LISTED) sum.lines.push({ ...e, line: e.line + first - 1 });
    show();
  }
}

function listRefused(el, { lines, r }) {
  if (!r) return;
  fill(el, h("h2", null, t("import.refused")), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("import.refused") }, h("table", null,
    h("thead", null, h("tr", null, ["import.line", "import.id", "import.why"].map((k) => h("th", { scope: "col" }, t(k))))),
    h("tbody", null, lines.map((e) => h("tr", null, h("td", null, e.line), h("td", null, e.id || "–"), h("td", null, e.message)))))),
  r > lines.length && h("p", { class: "note" }, t("import.more", { n: lines.length })));
}
