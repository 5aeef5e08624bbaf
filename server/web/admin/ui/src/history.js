/** The kept revisions of a draft: who, when, why; any two compared; back with one click. */
import { put } from "./api.js";
import { diffView } from "./diff.js";
import { button, field, fill, h } from "./dom.js";
import { t, trouble, when } from "./i18n.js";
import { findingsList, say, sayTrouble, sure } from "./parts.js";

/** {el, close()}; onBack is called after a rollback. */
export function historyView(draft, role, mode, onBack) {
  const box = h("div", { class: "history" }, h("p", null, t("loading")));
  let diff;
  const draw = async () => {
    const list = (await draft.history()).filter((r) => !r.deleted);
    if (!list.length) return fill(box, h("p", { class: "note" }, t("history.empty")));
    const options = (chosen) => list.map((r, i) => h("option", { value: r.revision, selected: i === chosen }, `${t("history.rev", { n: r.revision })} · ${when(r.at)}`));
    const from = h("select", null, options(Math.min(1, list.length - 1))), to = h("select", null, options(0));
    const shown = h("div", { "aria-live": "polite" });
    const compare = async () => {
      const [a, b] = await Promise.all([from, to].map((s) => draft.old(s.value)));
      diff?.close();
      diff = diffView(a, b, [from, to].map((s) => t("history.rev", { n: s.value })), mode);
      fill(shown, diff.el);
    };
    const back = async (r) => {
      if (!(await sure(t("history.sure", { n: r.revision }), t("history.back")))) return;
      try {
        await put(draft.path, await draft.old(r.revision), draft.revision, t("history.backMessage", { n: r.revision }));
        await onBack();
        say(t("publish.done", { n: (await draft.newest()).revision }));
      } catch (err) {
        err.findings?.length ? fill(shown, h("div", { class: "say bad", role: "alert" }, h("p", null, t("publish.refused"), " ", trouble(err)), findingsList(err.findings))) : sayTrouble(err);
      }
    };
    const row = (r, i) => h("tr", null,
      h("th", { scope: "row" }, t("history.rev", { n: r.revision }), i === 0 && h("span", { class: "chip" }, t("history.current"))),
      h("td", null, h("time", { datetime: r.at }, when(r.at))), h("td", null, r.author), h("td", null, r.message || "–"),
      h("td", null, i > 0 && role === "publisher" && button(t("history.back"), () => back(r))));
    fill(box, h("h2", null, t("history.title")), h("p", { class: "note" }, t("history.kept")),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("history.title") }, h("table", null, h("thead", null, h("tr", null, [t("history"), t("history.at"), t("history.author"), t("history.message"), ""].map((x) => (x ? h("th", { scope: "col" }, x) : h("td")))),
      ), h("tbody", null, list.map(row)))),
      list.length > 1 && [h("h2", null, t("history.compare")), h("div", { class: "row fields" }, field(t("history.from"), from), field(t("history.to"), to), button(t("history.show"), () => compare().catch(sayTrouble)))], shown);
  };
  draw().catch((err) => fill(box, h("p", { class: "say bad" }, trouble(err))));
  return { el: box, close: () => diff?.close() };
}
