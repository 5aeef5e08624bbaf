/** Publishing: what changed, what the test scripts say, and what to do when somebody else was faster. */
import { getJSON, post } from "./api.js";
import { diffView } from "./diff.js";
import { button, field, fill, h } from "./dom.js";
import { t, trouble, when } from "./i18n.js";
import { dialog, findingsList, say } from "./parts.js";

// The scripts that a draft is measured by: that of the grammar, or all for columns.
async function scriptsOf(draft) {
  if (draft.kind === "grammars") return [draft.key];
  if (draft.kind !== "columns") return [];
  return (await getJSON("grammars")).grammars.map((r) => r.key);
}

/** Shows the dialog; resolves to true when the draft was published. */
export async function publish(draft, mode) {
  if (!draft.dirty) return say(t("publish.nothing"), "note");
  return dialog(t("publish.title"), (close, onClose, box) => {
    const diff = diffView(draft.base, draft.text, [t("diff.published"), t("diff.draft")], mode);
    onClose(diff.close);
    const message = h("input", { type: "text", maxlength: "200", autocomplete: "off" });
    const tests = h("div", { role: "status" }, t("check.busy"));
    const refused = h("div", { role: "alert" });
    const anyway = h("input", { type: "checkbox" });
    const go = button(t("publish.go"), () => send(), { class: "primary", disabled: true });
    const verdict = { blocked: true, ask: false };
    const settle = () => (go.disabled = verdict.blocked || (verdict.ask && !anyway.checked));
    anyway.addEventListener("change", settle);
    const send = async () => {
      go.disabled = true;
      try {
        await draft.publish(message.value.trim());
        close(true);
        say(t("publish.done", { n: draft.revision }));
      } catch (err) {
        if (err.code === "conflict") return close("conflict");
        fill(refused, h("div", { class: "say bad" }, h("p", null, t("publish.refused"), " ", trouble(err)), err.findings.length ? findingsList(err.findings) : null));
        settle();
      }
    };
    measure(draft, tests, verdict, anyway).then(settle, (err) => fill(tests, h("p", { class: "say bad" }, trouble(err))));
    return [
      h("h3", null, t("publish.changes")), diff.el,
      h("h3", null, t("publish.tests")), tests, refused,
      h("form", { onsubmit: (e) => (e.preventDefault(), go.disabled || send()) },
        field(t("publish.message"), message, t("publish.hint")),
        h("p", { class: "row end" }, button(t("cancel"), () => close()), go)),
    ];
  }, { wide: true }).then((result) => (result === "conflict" ? conflict(draft, mode) : result));
}

async function measure(draft, el, verdict, anyway) {
  const { diagnostics } = await draft.check();
  const errors = diagnostics.filter((d) => d.severity === "error");
  if (errors.length) return void fill(el, h("div", { class: "say bad" }, h("p", null, t("publish.errors", { n: errors.length })), findingsList(errors)));
  const parts = [];
  for (const of of await scriptsOf(draft)) {
    const r = await post("script-run", { ...draft.body(), of });
    if (!r.cases) continue;
    const bad = r.findings.length;
    const counts = { key: of, n: r.cases, m: bad };
    parts.push(h("p", { class: bad ? "bad" : "good" }, bad ? "✕ " : "✓ ", t(bad ? "publish.fail" : "publish.pass", counts)));
    if (!bad) continue;
    parts.push(findingsList(r.findings), h("p", { class: "note" }, t(r.revision ? "publish.guard" : "publish.shipped")));
    if (r.revision) verdict.guarded = true;
    else verdict.ask = true;
  }
  verdict.blocked = Boolean(verdict.guarded);
  if (verdict.ask && !verdict.guarded) parts.push(h("p", null, h("label", { class: "tick" }, anyway, " ", t("publish.anyway"))));
  fill(el, parts.length ? parts : h("p", { class: "note" }, t("none")));
}

/** Both versions, and a way on for each. */
async function conflict(draft, mode) {
  const [{ text, revision }, list] = await Promise.all([draft.newest(), draft.history()]);
  const theirs = list.find((r) => r.revision === revision) || list[0];
  const choice = await dialog(t("conflict.title"), (close, onClose) => {
    const diff = diffView(text, draft.text, [t("conflict.theirsLabel", { n: revision }), t("conflict.mineLabel")], mode);
    onClose(diff.close);
    return [
      h("p", null, t("conflict.text", { author: theirs.author, at: when(theirs.at), n: revision })), diff.el,
      h("p", { class: "row end" }, button(t("conflict.theirs"), () => close("theirs")), button(t("conflict.mine"), () => close("mine"), { class: "primary" })),
    ];
  }, { wide: true });
  if (!choice) return false;
  draft.rebase(text, revision);
  if (choice === "theirs") return draft.discard(), false;
  return publish(draft, mode);
}
