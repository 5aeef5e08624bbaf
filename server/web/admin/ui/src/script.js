/** The test script of a grammar: edited, run on the draft, saved to guard what is published. */
import { post } from "./api.js";
import { button, fill, h } from "./dom.js";
import { Editor } from "./editor.js";
import { historyView } from "./history.js";
import { t, trouble } from "./i18n.js";
import { checker, draftBar, findingsList, say, sayTrouble } from "./parts.js";
import { publish } from "./publish.js";

export function scriptTab(script, draft, key, role) {
  const editor = new Editor({ text: script.text, mode: "script", label: t("script.editor"), readOnly: role === "viewer", onChange: (text) => script.set(text, "editor") });
  const check = checker(script, editor);
  const follow = (e) => e.from !== "editor" && editor.set(script.text);
  script.addEventListener("change", follow);
  const out = h("div", { role: "status" });
  const run = async () => {
    fill(out, t("check.busy"));
    try {
      const r = await post("script-run", { ...draft.body(), of: key, script: script.text });
      const counts = { n: r.cases, m: r.findings.length };
      fill(out, h("p", { class: counts.m ? "bad" : "good" }, counts.m ? "✕ " : "✓ ", t(counts.m ? "script.fail" : "script.pass", counts)),
        counts.m > 0 && findingsList(r.findings, (pos) => editor.goTo(pos)));
    } catch (err) {
      fill(out, h("p", { class: "say bad" }, err.code === "invalid" ? t("try.invalid") : trouble(err)));
    }
  };
  const notice = h("div");
  const keep = button(t("script.keep"), async () => {
    try {
      await script.publish("");
      say(t("publish.done", { n: script.revision }));
    } catch (err) {
      sayTrouble(err);
    }
  }, { class: "primary" });
  const state = () => fill(notice, script.revision === 0 && script.base && h("div", { class: "say note" }, h("p", null, t("script.shipped")), role === "publisher" && keep));
  script.addEventListener("change", state);
  state();
  check.now();
  const past = h("div");
  let open;
  const showPast = () => fill(past, (open = historyView(script, role, "script", async () => {
    const { text, revision } = await script.newest();
    script.rebase(text, revision);
    script.set(text);
    showPast();
  })).el);
  return {
    el: h("div", { class: "desk" }, h("p", { class: "note" }, t("script.lead"), " ", t("script.format")), notice,
      draftBar(script, role, async () => (await publish(script, "script")) && showPast(), [button(t(draft.dirty ? "script.runDraft" : "script.run"), run)]), out, editor.el, check.el,
      h("details", { ontoggle: (e) => e.target.open && !open && showPast() }, h("summary", null, t("history")), past)),
    close: () => (script.removeEventListener("change", follow), script.removeEventListener("change", state), check.stop(), open?.close(), editor.close()),
  };
}
