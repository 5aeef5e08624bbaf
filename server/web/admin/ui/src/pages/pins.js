/**
 * Pinned and hidden results: search as a visitor, then pin or hide what comes.
 * yaml 2.9 (ISC) edits the text in place, so that comments stay.
 */
import { isMap, isSeq, parseDocument } from "yaml";
import { button, fill, h } from "../dom.js";
import { Draft } from "../draft.js";
import { t, trouble } from "../i18n.js";
import { follows, settingsPage } from "../settings.js";

const KINDS = ["pinned", "hidden"];

// The document, or null when the text is not a table of lists.
function read(text) {
  const doc = parseDocument(text);
  if (doc.errors.length || (doc.contents && !isMap(doc.contents))) return null;
  for (const kind of KINDS) {
    const part = doc.get(kind);
    if (part != null && (!isMap(part) || part.items.some((i) => !isSeq(i.value)))) return null;
  }
  return doc;
}

const ids = (doc, kind, query) => doc.getIn([kind, query])?.toJSON() || [];

function form(role) {
  return (draft) => {
    const listed = h("div"), found = h("div", { "aria-live": "polite" });
    const query = h("input", { type: "search" });
    // Puts a query's list in place of the old one; an empty list goes away.
    const set = (kind, q, list) => {
      const doc = read(draft.text);
      if (list.length) doc.setIn([kind, q], doc.createNode(list, { flow: true }));
      else doc.deleteIn([kind, q]);
      if (doc.has(kind) && !doc.get(kind)?.items?.length) doc.delete(kind);
      draft.set(doc.contents?.items?.length ? doc.toString({ lineWidth: 0 }) : "");
    };
    const look = async () => {
      const q = query.value.trim();
      if (!q) return query.focus();
      try {
        const res = await fetch(`/v1/search?${new URLSearchParams({ q, size: 10 })}`);
        if (!res.ok) throw new Error((await res.json()).detail);
        const { hits } = await res.json();
        const doc = read(draft.text);
        const act = (kind, id) => button(t(kind === "pinned" ? "pins.pin" : "pins.hide"), () => {
          set(kind, q, [...new Set([...ids(read(draft.text), kind, q), id])]);
          look();
        }, { disabled: ids(doc, kind, q).includes(id) });
        fill(found, h("h2", null, t("pins.results", { q })), hits?.length
          ? h("ol", { class: "hits" }, hits.map((hit) => h("li", null, h("span", null, hit.title, " ", h("small", null, hit.id)), role !== "viewer" && doc && h("span", { class: "row" }, act("pinned", hit.id), act("hidden", hit.id)))))
          : h("p", { class: "note" }, t("pins.noResults")));
      } catch (err) {
        fill(found, h("p", { class: "say bad" }, trouble(err)));
      }
    };
    const draw = () => {
      const doc = read(draft.text);
      if (!doc) return fill(listed, h("p", { class: "say bad" }, t("pins.broken")));
      const item = (kind, q, list) => (id, i) => h("li", null, h("code", null, id), role !== "viewer" && h("span", { class: "row" },
        kind === "pinned" && i > 0 && button(t("pins.up"), () => set(kind, q, list.toSpliced(i, 1).toSpliced(i - 1, 0, id)), { "aria-label": `${t("pins.up")}: ${id}` }),
        button(t("remove"), () => set(kind, q, list.filter((x) => x !== id)), { "aria-label": `${t("remove")}: ${id}` })));
      const part = (kind) => Object.entries(doc.toJS()?.[kind] || {}).map(([q, list]) => h("tr", null, h("th", { scope: "row" }, q || t("pins.everywhere")), h("td", null, t(`pins.${kind}`)), h("td", null, h("ol", { class: "ids" }, list.map(item(kind, q, list))))));
      const rows = KINDS.flatMap(part);
      fill(listed, h("h2", null, t("pins.list")), rows.length ? h("table", { class: "sheet" }, h("tbody", null, rows)) : h("p", { class: "note" }, t("pins.empty")));
    };
    return {
      el: h("div", null, h("form", { class: "row fields", onsubmit: (e) => (e.preventDefault(), look()) }, h("label", null, t("pins.query"), query), h("button", null, t("pins.look"))), found, listed),
      close: follows(draft, draw),
    };
  };
}

export async function pins({ role, reopen }) {
  return settingsPage(await Draft.setting("pins").load(), { name: "pins", mode: "yaml", role, reopen, form: form(role) });
}
