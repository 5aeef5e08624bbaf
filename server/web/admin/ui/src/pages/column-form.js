/** The form of one column. What is wrong stands beside its field: the form's own mistakes, and the service's findings. */
import { button, explain, field, fill, h } from "../dom.js";
import { lang, t } from "../i18n.js";
import { say, sure } from "../parts.js";
import { addRow, removeRow, replaceRow } from "../table.js";

const ROLES = ["resident", "enterprise", "tourist"];
const words = (s) => s.split(/[,，、;；\n]+/).map((w) => w.trim()).filter(Boolean);

// What the form itself knows to be wrong: field to message.
function mistakes(c, table, row) {
  const bad = {};
  const taken = table.rows.some((r) => r !== row && r.column.id === c.id);
  if (!c.id) bad.id = t("columns.needId");
  else if (!/^[\w-]+$/.test(c.id)) bad.id = t("columns.badId");
  else if (taken) bad.id = t("columns.taken");
  if (!c.name) bad.name = t("columns.needName");
  if (!c.url) bad.url = t("columns.needUrl");
  return bad;
}

const BY_CODE = { "unknown-column": "parent", "column-circle": "parent", "duplicate-column": "id" };

/** The field of a row that a finding of the service is about; offset is its place in the text. */
export function fieldOf(finding, row, offset) {
  const under = Object.entries(row.fields).find(([, [from, to]]) => offset > row.from && offset >= from && offset < to)?.[0];
  if (under || BY_CODE[finding.code]) return under || BY_CODE[finding.code];
  const quoted = /「(.+?)」/.exec(finding.message.zh)?.[1];
  const alias = (row.column.aliases || []).some((a) => quoted && String(a).includes(quoted));
  return alias && !String(row.column.name).includes(quoted) ? "aliases" : "name";
}

/**
 * A form for row of table, or for a new one below parent: {el, found(list)}.
 * on: pick(id) after a change, start(parent) for a new one.
 */
export function columnForm(draft, table, row, role, on, parent = "") {
  const c = row?.column || { parent, lang: table.rows.find((r) => r.column.id === parent)?.column.lang || "zh-CN" };
  const read = role === "viewer";
  const text = (name, value) => h("input", { type: "text", name, value: value || "", readonly: read, autocomplete: "off" });
  const inputs = { id: text("id", c.id), name: text("name", c.name), url: text("url", c.url), lang: text("lang", c.lang) };
  const aliases = h("textarea", { rows: "2", readonly: read }, (c.aliases || []).join("、"));
  const roles = ROLES.map((r) => h("input", { type: "checkbox", value: r, checked: (c.roles || []).includes(r), disabled: read }));
  const above = h("select", { disabled: read }, h("option", { value: "" }, t("columns.top")), table.rows.filter((r) => r !== row).map(({ column: p }) => h("option", { value: p.id, selected: p.id === c.parent }, `${p.name} (${p.id})`)));
  const group = h("fieldset", null, h("legend", null, t("columns.roles")), roles.map((r) => h("label", { class: "tick" }, r, " ", t(`try.role.${r.value}`))));
  const parts = { ...inputs, aliases, roles: group, parent: above };
  const wrong = h("p", { role: "alert", class: "form-error" });

  const save = (e) => {
    e.preventDefault();
    const values = Object.fromEntries(Object.entries(inputs).map(([k, el]) => [k, el.value.trim()]));
    const next = { ...values, aliases: words(aliases.value), roles: roles.filter((r) => r.checked).map((r) => r.value), parent: above.value };
    const bad = mistakes(next, table, row);
    for (const [name, el] of Object.entries(parts)) explain(el, bad[name]);
    const first = Object.keys(bad)[0];
    fill(wrong, first && t("columns.wrong", { n: Object.keys(bad).length }));
    if (first) return inputs[first].focus();
    const family = table.rows.filter((r) => r.column.id === next.parent || r.column.parent === next.parent);
    draft.set(row ? replaceRow(draft.text, row, next) : addRow(draft.text, (next.parent && family.at(-1)) || table.rows.at(-1), next));
    say(t("columns.applied"));
    on.pick(next.id);
    document.querySelector(".column-form h2")?.focus();
  };
  const remove = async () => {
    if (table.rows.some((r) => r.column.parent === c.id)) return fill(wrong, t("columns.hasChildren"));
    if (!(await sure(t("columns.sure", { name: c.name }), t("remove")))) return;
    draft.set(removeRow(draft.text, row));
    say(t("columns.removed"));
  };
  const el = h("form", { onsubmit: save, novalidate: true }, h("h2", { tabindex: "-1" }, row ? c.name : t("columns.new")),
    field(t("columns.id"), inputs.id, t("columns.idHint")), field(t("columns.name"), inputs.name), field(t("columns.url"), inputs.url), field(t("columns.lang"), inputs.lang),
    field(t("columns.aliases"), aliases, t("columns.aliasesHint")), h("div", { class: "field" }, group),
    field(t("columns.parent"), above), wrong,
    !read && h("p", { class: "row" }, h("button", { class: "primary" }, t("apply")), row && [button(t("columns.child"), () => on.start(c.id)), button(t("remove"), remove, { class: "danger" })]));
  return {
    el,
    /** Shows the service's findings about this row: [{field, severity, message, suggestion}]. */
    found(list) {
      for (const [name, part] of Object.entries(parts)) {
        const here = list.filter((f) => f.field === name);
        const error = here.some((f) => f.severity === "error");
        explain(part, here.map((f) => `${t(f.severity)}${lang === "zh" ? "：" : ": "}${f.message[lang]}${f.suggestion ? ` → ${f.suggestion}` : ""}`).join("\n"), !error);
      }
    },
    /** Puts the cursor into a field. */
    focus: (name) => (parts[name]?.matches("fieldset") ? roles[0] : parts[name])?.focus(),
  };
}
