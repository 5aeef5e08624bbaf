/** Commands: the grammar's text beside the try-it box; its test script; its revisions. */
import { getJSON, post } from "../api.js";
import { button, field, h } from "../dom.js";
import { Draft } from "../draft.js";
import { Editor } from "../editor.js";
import { historyView } from "../history.js";
import { t } from "../i18n.js";
import { checker, draftBar, say, sayTrouble, tabs } from "../parts.js";
import { publish } from "../publish.js";
import { samples } from "../samples.js";
import { scriptTab } from "../script.js";
import { tryBox } from "../try.js";

// Completes list and rule names in templates, column ids behind route.
function completion(known) {
  return (context) => {
    const list = context.matchBefore(/[{｛][\w\u4e00-\u9fff-]*/), rule = context.matchBefore(/[<＜][\w\u4e00-\u9fff-]*/), route = context.matchBefore(/\broute:\s*\w*/);
    const options = (from, labels, end, detail) => ({ from, options: labels.map((label) => ({ label, apply: label + end, detail: detail?.get(label) })), validFor: /^[\w\u4e00-\u9fff-]*$/ });
    if (list) return options(list.from + 1, known.lists, "}");
    if (rule) return options(rule.from + 1, known.rules, ">");
    if (route) return options(route.to - /\w*$/.exec(route.text)[0].length, [...known.columns.keys()], "", known.columns);
    return null;
  };
}

export async function commands({ role, speech, rest, reopen }) {
  const list = (await getJSON("grammars")).grammars;
  const keys = list.map((r) => r.key);
  const key = keys.includes(rest[0]) ? rest[0] : keys.includes("zh-CN") ? "zh-CN" : keys[0];
  const [draft, script, { columns }] = await Promise.all([Draft.grammar(key).load(), Draft.script(key).load(), fetch("/v1/columns").then((r) => r.json())]);
  const known = { lists: [], rules: [], intents: [], columns: new Map(columns.map((c) => [c.id, c.name])) };
  const which = h("select", { onchange: (e) => (location.hash = `#/commands/${e.target.value}`) }, keys.map((k) => h("option", { value: k, selected: k === key }, k)));
  const view = tabs(t("commands.title"), [
    { title: t("commands.tabEdit"), build: () => editTab(draft, known, role, speech, key, () => publish(draft, "yaml")) },
    { title: t("commands.tabScript"), build: () => scriptTab(script, draft, key, role) },
    { title: t("commands.tabHistory"), build: () => historyView(draft, role, "yaml", reopen) },
  ]);
  return {
    el: h("div", null, h("div", { class: "row fields lead" }, h("p", { class: "note" }, t("commands.lead")), field(t("commands.which"), which)), view.el),
    close: view.close,
  };
}

function editTab(draft, known, role, speech, key, toPublish) {
  const editor = new Editor({ text: draft.text, label: t("commands.editor"), readOnly: role === "viewer", complete: completion(known), onChange: (text) => draft.set(text, "editor") });
  const check = checker(draft, editor, (r) => Object.assign(known, { lists: r.lists || [], rules: r.rules || [], intents: r.intents || [] }));
  const follow = (e) => e.from !== "editor" && editor.set(draft.text);
  draft.addEventListener("change", follow);
  const format = async () => {
    try {
      const { text } = await post("format", { key: draft.key, text: draft.text });
      say(t(text === draft.text ? "format.same" : "format.done"));
      draft.set(text);
    } catch (err) {
      sayTrouble(err);
    }
  };
  const trial = tryBox(draft, { speech, key, goTo: (pos) => editor.goTo(pos) });
  const drawn = samples(draft, key, known, (text) => trial.ask(text));
  check.now(); // fills the completions, too
  return {
    el: h("div", { class: "workbench" },
      h("div", { class: "desk" },
        draftBar(draft, role, toPublish, [button(t("find"), () => editor.find()), role !== "viewer" && button(t("format"), format)]),
        draft.behind && h("p", { class: "say note" }, t("draft.behind")), editor.el, check.el),
      h("div", { class: "beside" }, trial.el, drawn.el)),
    close: () => (draft.removeEventListener("change", follow), check.stop(), trial.close(), editor.close()),
  };
}
