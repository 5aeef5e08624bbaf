/** Dictionary words, one a line; comments stay where they are. */
import { button, fill, h } from "../dom.js";
import { Draft } from "../draft.js";
import { t } from "../i18n.js";
import { follows, settingsPage } from "../settings.js";

const form = (role) => (draft) => {
  const box = h("div");
  const lines = () => draft.text.replace(/\n$/, "").split("\n");
  const write = (list) => draft.set(list.some(Boolean) ? list.join("\n") + "\n" : "");
  const draw = () => {
    const known = lines().map((line, at) => ({ word: line.trim(), at })).filter(({ word }) => word && !word.startsWith("#"));
    const input = h("input", { type: "text" });
    const add = (e) => {
      e.preventDefault();
      const fresh = input.value.split(/[,，、\s]+/).filter((w) => w && !known.some((k) => k.word === w));
      if (!fresh.length) return input.focus();
      write([...lines().filter(Boolean), ...fresh]);
      box.querySelector("form input").focus();
    };
    fill(box, h("p", { role: "status" }, known.length ? t("words.count", { n: known.length }) : t("words.empty")),
      h("ul", { class: "words" }, known.map(({ word, at }) => h("li", null, word, role !== "viewer" && button("×", () => write(lines().filter((_, k) => k !== at)), { class: "quiet", "aria-label": `${t("remove")}: ${word}` })))),
      role !== "viewer" && h("form", { class: "row fields", onsubmit: add }, h("label", null, t("words.word"), input), h("button", null, t("add")), h("small", { class: "hint" }, t("synonyms.hint"))));
  };
  return { el: box, close: follows(draft, draw) };
};

export async function words({ role, reopen }) {
  return settingsPage(await Draft.setting("words").load(), { name: "words", mode: "text", role, reopen, form: form(role) });
}
