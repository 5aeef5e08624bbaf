/** Columns: a tree, and a form for the chosen one; all of it one draft of the table. */
import { button, field, fill, h } from "../dom.js";
import { Draft } from "../draft.js";
import { t } from "../i18n.js";
import { checker } from "../parts.js";
import { follows, settingsPage } from "../settings.js";
import { offsetOf, readTable } from "../table.js";
import { columnForm, fieldOf } from "./column-form.js";

// The tree in the order of the file; a column whose parent is missing stands at the top.
function branches(columns) {
  const known = new Set(columns.map((c) => c.id));
  const below = Map.groupBy(columns, (c) => (known.has(c.parent) && c.parent !== c.id ? c.parent : ""));
  return (id) => below.get(id) || [];
}

function form(role) {
  return (draft) => {
    const box = h("div", { class: "split" });
    let chosen = null, filter = "", findings = [];
    let marked = () => {}; // shows the findings in what is drawn now
    let goTo = () => {};
    const draw = () => {
      const table = readTable(draft.text);
      marked = goTo = () => {};
      if (!table) return fill(box, h("p", { class: "say bad" }, t("columns.broken")));
      const columns = table.rows.map((r) => r.column);
      const editor = h("div", { class: "card column-form" });
      let open = null; // the form that stands there
      const edit = (row, parent) => {
        open = columnForm(draft, table, row, role, { pick, start }, parent);
        fill(editor, open.el);
        if (row) open.found(of(row));
      };
      const pick = (id) => {
        chosen = id;
        list.querySelectorAll("button").forEach((b) => (b.dataset.id === id ? b.setAttribute("aria-current", "true") : b.removeAttribute("aria-current")));
        edit(table.rows.find((r) => r.column.id === id));
      };
      const start = (parent) => {
        chosen = null;
        list.querySelectorAll("[aria-current]").forEach((b) => b.removeAttribute("aria-current"));
        edit(null, parent);
        editor.querySelector("input").focus();
      };
      const of = (row) => findings.filter((f) => f.row === row);
      const list = h("div", { class: "tree" });
      const worst = (id) => findings.filter((f) => f.row?.column.id === id).map((f) => f.severity).sort()[0];
      const show = () => {
        const opened = new Set([...list.querySelectorAll("details[open]")].map((d) => d.dataset.id));
        fill(list, tree(columns, filter, worst, opened, (id) => (pick(id), editor.querySelector("h2")?.focus())));
        if (chosen) list.querySelector(`[data-id="${CSS.escape(chosen)}"].leaf`)?.setAttribute("aria-current", "true");
      };
      const search = h("input", { type: "search", value: filter, oninput: (e) => ((filter = e.target.value.trim()), show()) });
      marked = (found) => {
        const before = JSON.stringify(columns.map((c) => worst(c.id)));
        findings = found.map((f) => {
          const at = offsetOf(draft.text, f.start), row = table.rows.find((r) => at >= r.from - 2 && at < r.to);
          return { ...f, row, field: row && fieldOf(f, row, at) };
        });
        if (JSON.stringify(columns.map((c) => worst(c.id))) !== before) show();
        const row = table.rows.find((r) => r.column.id === chosen);
        if (row && open) open.found(of(row));
      };
      goTo = (pos) => {
        const f = findings.find((x) => x.start.line === pos.line && x.start.column === pos.column && x.row);
        if (!f) return;
        pick(f.row.column.id);
        open.focus(f.field);
      };
      show();
      fill(box, h("section", { class: "card", "aria-label": t("columns.tree") }, h("div", { class: "row fields" }, field(t("columns.filter"), search), role !== "viewer" && button(t("columns.new"), () => start(""))),
        h("p", { class: "note" }, t("columns.count", { n: columns.length })), list), editor);
      if (chosen && columns.some((c) => c.id === chosen)) pick(chosen);
      else fill(editor, h("p", { class: "note" }, t("columns.pick")));
    };
    const check = checker(draft, { findings: (list) => marked(list), goTo: (pos) => goTo(pos) });
    const unfollow = follows(draft, draw);
    check.now();
    return { el: h("div", { class: "desk" }, box, check.el), close: () => (unfollow(), check.stop()) };
  };
}

const sign = (severity) => severity && h("span", { class: severity === "error" ? "bad" : "warn" }, h("span", { "aria-hidden": "true" }, severity === "error" ? " ✕" : " !"), h("span", { class: "sr" }, ` ${t(severity)}`));

function tree(columns, filter, worst, opened, pick) {
  const label = (c) => h("button", { type: "button", class: "leaf", "data-id": c.id, onclick: () => pick(c.id) }, c.name, " ", h("small", null, c.id), sign(worst(c.id)));
  if (filter) {
    const hit = (c) => [c.id, c.name, c.url, ...(c.aliases || [])].some((s) => String(s).toLowerCase().includes(filter.toLowerCase()));
    return h("ul", null, columns.filter(hit).map((c) => h("li", null, label(c))));
  }
  const below = branches(columns);
  const item = (c) => h("li", null, below(c.id).length ? h("details", { "data-id": c.id, open: columns.length < 12 || opened.has(c.id) }, h("summary", null, `${c.name} · ${below(c.id).length}`), h("ul", null, h("li", null, label(c)), below(c.id).map(item))) : label(c));
  return h("ul", null, below("").map(item));
}

export async function columns({ role, reopen }) {
  return settingsPage(await Draft.columns().load(), { name: "columns", mode: "yaml", role, reopen, form: form(role) });
}
