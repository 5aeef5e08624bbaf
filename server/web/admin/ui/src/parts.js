/** Parts that several pages have: notices, dialogs, findings, the draft's bar. */
import { button, debounced, fill, h } from "./dom.js";
import { lang, t, trouble } from "./i18n.js";

/** What is told to everybody, screen readers included. */
export function say(text, kind = "good") {
  const box = document.querySelector("#say");
  fill(box, h("p", { class: `say ${kind}` }, text, button("×", () => fill(box), { "aria-label": t("close"), class: "quiet" })));
}

export const sayTrouble = (err) => say(trouble(err), "bad");

/** A modal dialog; resolves to what close(value) is called with. */
export function dialog(title, build, { wide = false } = {}) {
  return new Promise((done) => {
    const heading = h("h2", { id: "dialog-title", tabindex: "-1" }, title);
    const box = h("dialog", { "aria-labelledby": "dialog-title", class: wide ? "wide-dialog" : "" });
    let result, clean = [];
    const close = (value) => ((result = value), box.close());
    box.append(h("div", { class: "dialog-head" }, heading, button("×", () => close(), { "aria-label": t("close"), class: "quiet" })), ...[build(close, (f) => clean.push(f), box)].flat());
    box.addEventListener("close", () => {
      clean.forEach((f) => f());
      box.remove();
      done(result);
    });
    document.body.append(box);
    box.showModal();
    heading.focus();
  });
}

/** Asks a question; resolves to true or undefined. */
export const sure = (question, yes) => dialog(question, (close) => h("p", { class: "row end" }, button(t("cancel"), () => close()), button(yes, () => close(true), { class: "primary" })));

/** Findings as a list; go(pos) leads to the place. */
export function findingsList(list, go) {
  return h("ul", { class: "findings" }, list.map((f) => h("li", { class: f.severity },
    h("strong", null, t(f.severity)), " ",
    go ? button(t("check.at", f.start), () => go(f.start), { class: "link" }) : h("span", null, f.file, " · ", t("check.at", f.start)), " ",
    h("span", null, f.message[lang], f.suggestion && ` → ${f.suggestion}`))));
}

const CHECK_MS = 350;

/** Keeps an editor's findings up to date with its draft: {el, now(), stop(), last}. */
export function checker(draft, editor, onResult = () => {}) {
  const status = h("p", { class: "check", role: "status" });
  const list = h("div", { class: "problems" });
  const it = { el: h("section", { class: "check-box", "aria-label": t("check.problems") }, status, list), last: null };
  let running;
  it.now = async () => {
    running?.abort();
    running = new AbortController();
    try {
      const result = await draft.check(running.signal);
      it.last = result;
      const bad = result.diagnostics.filter((d) => d.severity === "error").length;
      editor.findings(result.diagnostics, lang);
      const text = result.diagnostics.length ? t("check.count", { e: bad, w: result.diagnostics.length - bad }) : t("check.good");
      if (status.textContent !== text) status.textContent = text;
      status.className = "check " + (bad ? "bad" : result.diagnostics.length ? "warn" : "good");
      fill(list, result.diagnostics.length ? findingsList(result.diagnostics, (pos) => editor.goTo(pos)) : []);
      onResult(result);
    } catch (err) {
      if (err.name !== "AbortError") fill(status, trouble(err));
    }
  };
  const soon = debounced(it.now, CHECK_MS);
  draft.addEventListener("change", soon);
  it.stop = () => (soon.stop(), running?.abort(), draft.removeEventListener("change", soon));
  return it;
}

/** The line that says whether there is something to publish. */
export function draftBar(draft, role, publish, extra = []) {
  const state = h("p", { class: "state" });
  const drop = button(t("discard"), async () => (await sure(t("discard.sure"), t("discard"))) && draft.discard());
  const go = button(t("publish.open"), publish, { class: "primary" });
  const show = () => {
    fill(state, draft.dirty ? h("strong", { class: "changed" }, t("draft.changed")) : draft.revision ? t("draft.saved", { n: draft.revision }) : t("draft.never"));
    drop.disabled = go.disabled = !draft.dirty;
  };
  draft.addEventListener("change", show);
  show();
  return h("div", { class: "bar" }, state, h("div", { class: "row" }, extra, role === "publisher" && [drop, go]));
}

/** Tabs by the pattern of the ARIA guide: arrow keys move, the panel follows. */
export function tabs(label, list, start = 0) {
  const panel = h("div", { role: "tabpanel", tabindex: "-1", id: "tabpanel" });
  let close = () => {};
  const buttons = list.map(({ title }, i) => h("button", { type: "button", role: "tab", "aria-controls": "tabpanel", id: `tab-${i}`, onclick: () => show(i) }, title));
  const show = (i, focus) => {
    close();
    buttons.forEach((b, k) => {
      b.setAttribute("aria-selected", String(k === i));
      b.tabIndex = k === i ? 0 : -1;
    });
    if (focus) buttons[i].focus();
    panel.setAttribute("aria-labelledby", `tab-${i}`);
    const content = list[i].build();
    close = content.close || (() => {});
    fill(panel, content.el || content);
  };
  const bar = h("div", { role: "tablist", "aria-label": label, class: "tabs", onkeydown: (e) => {
    const at = buttons.indexOf(e.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[e.key];
    if (at >= 0 && to !== undefined) (e.preventDefault(), show((to + buttons.length) % buttons.length, true));
  } }, buttons);
  show(start);
  return { el: h("div", { class: "tabbed" }, bar, panel), show, close: () => close() };
}
