/** Insights: what GET /v1/admin/insights answers; plainly none where the service has none. */
import { getJSON, token } from "../api.js";
import { button, field, fill, h } from "../dom.js";
import { count, lang, t, trouble } from "../i18n.js";

const SVG = "http://www.w3.org/2000/svg";
const svg = (tag, attrs, ...children) => {
  const el = document.createElementNS(SVG, tag);
  for (const [k, v] of Object.entries(attrs)) el.setAttribute(k, v);
  el.append(...children);
  return el;
};

// Questions a day, and how many of them were missed; the same stands below as a table.
function chart(days) {
  const max = Math.max(1, ...days.map((d) => d.turns));
  const bars = days.flatMap((d, i) => [["turns", d.turns], ["missed", d.missed]].map(([cls, n]) => svg("rect", { class: cls, x: i * 10 + 1, width: 8, y: 100 - (100 * n) / max, height: (100 * n) / max })));
  const name = t("insights.chart", { from: days[0].day, to: days.at(-1).day, max: Math.max(...days.map((d) => d.turns)) });
  return svg("svg", { viewBox: `0 0 ${days.length * 10} 100`, preserveAspectRatio: "none", role: "img", "aria-label": name, class: "chart" }, ...bars);
}

const table = (label, heads, rows) => h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, h("table", null,
  h("thead", null, h("tr", null, heads.map((x) => (x ? h("th", { scope: "col" }, x) : h("td"))))), h("tbody", null, rows.map((cells) => h("tr", null, cells.map((c) => h("td", null, c)))))));

const share = (x) => (x == null ? "–" : `${Math.round(x * 100)}%`);

function figures(s) {
  const shown = [["turns", count(s.turns)], ["success", share(s.success_rate)], ["missed", count(s.missed)], ["clicks", count(s.clicks)], ["cancels", count(s.cancels)], ["p95", `${Math.round(s.p95_ms)} ms`]];
  return h("dl", { class: "figures" }, shown.map(([k, v]) => h("div", { class: "card" }, h("dt", null, t(`insights.${k}`)), h("dd", null, v))));
}

function report(r, names) {
  if (!r.totals.turns && !r.queries.length) return [h("p", { class: "say note" }, t(r.recording ? "insights.empty" : "insights.off"))];
  return [
    !r.recording && h("p", { class: "say note" }, t("insights.off")), figures(r.totals),
    r.days.length > 0 && h("section", { class: "card" }, h("h2", null, t("insights.perDay")), chart(r.days), h("details", null, h("summary", null, t("insights.table")),
      table(t("insights.table"), [t("insights.day"), t("insights.turns"), t("insights.missed"), t("insights.clicks")], r.days.map((d) => [d.day, count(d.turns), count(d.missed), count(d.clicks)])))),
    h("div", { class: "pair" },
      h("section", { class: "card" }, h("h2", null, t("insights.top")), table(t("insights.top"), [t("insights.query"), t("insights.times"), t("insights.visitors"), ""], r.queries.map((q) => [q.text, count(q.turns), count(q.visitors), t(`action.${q.action || "none"}`)]))),
      h("section", { class: "card" }, h("h2", null, t("insights.misses")), table(t("insights.misses"), [t("insights.query"), t("insights.times"), t("insights.reason"), t("insights.last")], r.missed.map((q) => [q.text, count(q.turns), t(`reason.${q.reason}`), q.last]))),
      h("section", { class: "card" }, h("h2", null, t("insights.columns")), table(t("insights.columns"), [t("columns.name"), t("insights.times"), t("insights.cancels")], r.columns.map((c) => [names.get(c.id) || c.id, count(c.turns), count(c.cancels)]))),
      h("section", { class: "card" }, h("h2", null, t("insights.controls")), table(t("insights.controls"), [t("action.control"), t("insights.times")], r.controls.map((c) => [c.name, count(c.turns)])))),
    h("p", { class: "note" }, t("insights.kept", { n: r.retention_days, zone: r.zone })),
  ];
}

// A link cannot carry the token, so the file comes through the page.
async function download(query) {
  const res = await fetch(`/v1/admin/insights/export?format=csv&${query}`, { headers: { Authorization: `Bearer ${token.get()}` } });
  if (!res.ok) throw new Error(`HTTP ${res.status}`);
  const url = URL.createObjectURL(await res.blob());
  h("a", { href: url, download: "tingdong-insights.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export async function insights() {
  const lead = h("p", { class: "note" }, t("insights.lead"));
  const box = h("div", { "aria-live": "polite" });
  let first;
  try {
    first = await getJSON("insights");
  } catch (err) {
    if (err.code !== "not_found") throw err;
    return { el: h("div", null, lead, h("p", { class: "say note" }, t("insights.none"))) };
  }
  const { columns } = await (await fetch("/v1/columns")).json();
  const names = new Map(columns.map((c) => [c.id, c.name]));
  const [from, to] = [first.from, first.to].map((value) => h("input", { type: "date", value, lang: lang === "zh" ? "zh-CN" : "en-GB" }));
  const query = () => new URLSearchParams({ from: from.value, to: to.value });
  const guard = (f) => async () => {
    try {
      await f();
    } catch (err) {
      fill(box, h("p", { class: "say bad" }, trouble(err)));
    }
  };
  const show = guard(async () => fill(box, report(await getJSON(`insights?${query()}`), names)));
  fill(box, report(first, names));
  return { el: h("div", null, lead, h("form", { class: "row fields", onsubmit: (e) => (e.preventDefault(), show()) }, field(t("insights.from"), from), field(t("insights.to"), to), h("button", null, t("insights.show")), button(t("insights.export"), guard(() => download(query())))), box) };
}
