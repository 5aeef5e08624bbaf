/** A page of one text with a form for those who would rather not write it: form, text, revisions. */
import { h } from "./dom.js";
import { Editor } from "./editor.js";
import { historyView } from "./history.js";
import { t } from "./i18n.js";
import { checker, draftBar, tabs } from "./parts.js";
import { publish } from "./publish.js";

/**
 * form(draft): {el, close()}, its own view of the draft's text. name: the
 * page's, for its texts. {el, close()}.
 */
export function settingsPage(draft, { name, mode, role, reopen, form }) {
  const bar = () => draftBar(draft, role, async () => publish(draft, mode));
  const textTab = () => {
    const editor = new Editor({ text: draft.text, mode, label: t(`${name}.editor`), readOnly: role === "viewer", onChange: (text) => draft.set(text, "editor") });
    const check = checker(draft, editor);
    const follow = (e) => e.from !== "editor" && editor.set(draft.text);
    draft.addEventListener("change", follow);
    check.now();
    return { el: h("div", { class: "desk" }, bar(), editor.el, check.el), close: () => (draft.removeEventListener("change", follow), check.stop(), editor.close()) };
  };
  const formTab = () => {
    const made = form(draft);
    return { el: h("div", { class: "desk" }, bar(), draft.behind && h("p", { class: "say note" }, t("draft.behind")), made.el), close: made.close };
  };
  const view = tabs(t(`${name}.title`), [
    { title: t("form"), build: formTab }, { title: t("text"), build: textTab },
    { title: t("history"), build: () => historyView(draft, role, mode, reopen) },
  ]);
  return { el: h("div", null, h("p", { class: "note" }, t(`${name}.lead`)), view.el), close: view.close };
}

/** Redraws a form when the text changes by anything else than the form. */
export function follows(draft, draw) {
  const onChange = (e) => e.from !== "form" && draw();
  draft.addEventListener("change", onChange);
  draw();
  return () => draft.removeEventListener("change", onChange);
}
