/** Columns: a tree, and a form for the chosen one; all of it one draft of the table. */
import { button, field, fill, h } from "../dom.js";
import { Draft } from "../draft.js";
import { t } from "../i18n.js";
import { say, sure } from "../parts.js";
import { follows, settingsPage } from "../settings.js";
import { addRow, readTable, removeRow, replaceRow } from "../table.js";

const ROLES = ["resident", "enterprise", "tourist"];
const words = (s) => s.split(/[,，、;；\n]+/).map((w) => w.trim()).filter(Boolean);

// The tree in the order of the file; a column whose parent is missing stands at the top.
function branches(columns) {
  const known = new Set(columns.map((c) => c.id));
  const below = Map.groupBy(columns, (c) => (known.has(c.parent) && c.parent !== c.id ? c.parent : ""));
  return (id) => below.get(id) || [];
}

function form(role) {
  return (draft) => {
    const box = h("div", { class: "split" });
    let chosen = null, filter = "";
    const draw = () => {
      const table = readTable(draft.text);
      if (!table) return fill(box, h("p", { class: "say bad" }, t("columns.broken")));
      const columns = table.rows.map((r) => r.column);
      const editor = h("div", { class: "card column-form" });
      const pick = (id) => {
        chosen = id;
        list.querySelectorAll("button").forEach((b) => (b.dataset.id === id ? b.setAttribute("aria-current", "true") : b.removeAttribute("aria-current")));
        fill(editor, columnForm(draft, table, table.rows.find((r) => r.column.id === id), role, pick, start));
      };
      const start = (parent) => {
        fill(editor, columnForm(draft, table, null, role, pick, start, parent));
        editor.querySelector("input").focus();
      };
      const list = h("div", { class: "tree" });
      const show = () => fill(list, tree(columns, filter, (id) => (pick(id), editor.querySelector("h2")?.focus())));
      const search = h("input", { type: "search", value: filter, oninput: (e) => ((filter = e.target.value.trim()), show(), chosen && mark()) });
      const mark = () => list.querySelector(`[data-id="${CSS.escape(chosen)}"]`)?.setAttribute("aria-current", "true");
      show();
      fill(box, h("section", { class: "card", "aria-label": t("columns.tree") }, h("div", { class: "row fields" }, field(t("columns.filter"), search), role !== "viewer" && button(t("columns.new"), () => start(""))),
        h("p", { class: "note" }, t("columns.count", { n: columns.length })), list), editor);
      if (chosen && columns.some((c) => c.id === chosen)) pick(chosen);
      else fill(editor, h("p", { class: "note" }, t("columns.pick")));
    };
    return { el: box, close: follows(draft, draw) };
  };
}

function tree(columns, filter, pick) {
  const label = (c) => h("button", { type: "button", class: "leaf", "data-id": c.id, onclick: () => pick(c.id) }, c.name, " ", h("small", null, c.id));
  if (filter) {
    const hit = (c) => [c.id, c.name, c.url, ...(c.aliases || [])].some((s) => String(s).toLowerCase().includes(filter.toLowerCase()));
    return h("ul", null, columns.filter(hit).map((c) => h("li", null, label(c))));
  }
  const below = branches(columns);
  const item = (c) => h("li", null, below(c.id).length ? h("details", { open: columns.length < 12 }, h("summary", null, `${c.name} · ${below(c.id).length}`), h("ul", null, h("li", null, label(c)), below(c.id).map(item))) : label(c));
  return h("ul", null, below("").map(item));
}

// What is wrong with a row, as [field, message].
function mistakes(c, table, row) {
  const others = table.rows.filter((r) => r !== row).map((r) => r.column.id);
  if (!c.id) return ["id", t("columns.needId")];
  if (!/^[\w-]+$/.test(c.id)) return ["id", t("columns.badId")];
  if (others.includes(c.id)) return ["id", t("columns.taken")];
  if (!c.name) return ["name", t("columns.needName")];
  return c.url ? null : ["url", t("columns.needUrl")];
}

function columnForm(draft, table, row, role, pick, start, parent = "") {
  const c = row?.column || { parent, lang: table.rows.find((r) => r.column.id === parent)?.column.lang || "zh-CN" };
  const read = role === "viewer";
  const text = (name, value) => h("input", { type: "text", name, value: value || "", readonly: read, autocomplete: "off" });
  const inputs = { id: text("id", c.id), name: text("name", c.name), url: text("url", c.url), lang: text("lang", c.lang) };
  const aliases = h("textarea", { rows: "2", readonly: read }, (c.aliases || []).join("、"));
  const roles = ROLES.map((r) => h("input", { type: "checkbox", value: r, checked: (c.roles || []).includes(r), disabled: read }));
  const above = h("select", { disabled: read }, h("option", { value: "" }, t("columns.top")), table.rows.filter((r) => r !== row).map(({ column: p }) => h("option", { value: p.id, selected: p.id === c.parent }, `${p.name} (${p.id})`)));
  const wrong = h("p", { role: "alert", class: "form-error" });
  const save = (e) => {
    e.preventDefault();
    const values = Object.fromEntries(Object.entries(inputs).map(([k, el]) => [k, el.value.trim()]));
    const next = { ...values, aliases: words(aliases.value), roles: roles.filter((r) => r.checked).map((r) => r.value), parent: above.value };
    const bad = mistakes(next, table, row);
    for (const el of Object.values(inputs)) el.removeAttribute("aria-invalid");
    fill(wrong, bad?.[1]);
    if (bad) return inputs[bad[0]].setAttribute("aria-invalid", "true"), inputs[bad[0]].focus();
    const family = table.rows.filter((r) => r.column.id === next.parent || r.column.parent === next.parent);
    draft.set(row ? replaceRow(draft.text, row, next) : addRow(draft.text, (next.parent && family.at(-1)) || table.rows.at(-1), next));
    say(t("columns.applied"));
    pick(next.id);
    document.querySelector(".column-form h2")?.focus();
  };
  const remove = async () => {
    if (table.rows.some((r) => r.column.parent === c.id)) return fill(wrong, t("columns.hasChildren"));
    if (!(await sure(t("columns.sure", { name: c.name }), t("remove")))) return;
    draft.set(removeRow(draft.text, row));
    say(t("columns.removed"));
  };
  return h("form", { onsubmit: save, novalidate: true }, h("h2", { tabindex: "-1" }, row ? c.name : t("columns.new")),
    field(t("columns.id"), inputs.id, t("columns.idHint")), field(t("columns.name"), inputs.name), field(t("columns.url"), inputs.url), field(t("columns.lang"), inputs.lang),
    field(t("columns.aliases"), aliases, t("columns.aliasesHint")),
    h("fieldset", null, h("legend", null, t("columns.roles")), roles.map((r) => h("label", { class: "tick" }, r, " ", t(`try.role.${r.value}`)))),
    field(t("columns.parent"), above), wrong,
    !read && h("p", { class: "row" }, h("button", { class: "primary" }, t("apply")), row && [button(t("columns.child"), () => start(c.id)), button(t("remove"), remove, { class: "danger" })]));
}

export async function columns({ role, reopen }) {
  return settingsPage(await Draft.columns().load(), { name: "columns", mode: "yaml", role, reopen, form: form(role) });
}
