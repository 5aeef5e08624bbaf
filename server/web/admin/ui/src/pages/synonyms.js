/** Synonyms: a table over lines "房产证, 房本 => 不动产权证书"; comments stay where they are. */
import { button, fill, h } from "../dom.js";
import { Draft } from "../draft.js";
import { t } from "../i18n.js";
import { follows, settingsPage } from "../settings.js";

const isRule = (line) => line.trim() && !line.trim().startsWith("#");

function form(role) {
  return (draft) => {
    const box = h("div");
    const lines = () => draft.text.replace(/\n$/, "").split("\n");
    const write = (list, from) => draft.set(list.length && list.join("\n") !== "" ? list.join("\n") + "\n" : "", from);
    const draw = () => {
      const rows = lines().map((line, at) => ({ line, at })).filter(({ line }) => isRule(line));
      const row = ({ line, at }, i) => {
        const [from, to = ""] = line.split("=>").map((s) => s.trim());
        const inputs = [from, to].map((value, k) => h("input", { type: "text", value, readonly: role === "viewer", "aria-label": `${t("synonyms.row", { n: i + 1 })}: ${t(k ? "synonyms.to" : "synonyms.from")}`, oninput: () => {
          const list = lines();
          list[at] = `${inputs[0].value.trim()} => ${inputs[1].value.trim()}`;
          write(list, "form");
        } }));
        return h("tr", null, inputs.map((x) => h("td", null, x)), h("td", null, role !== "viewer" && button(t("remove"), () => write(lines().filter((_, k) => k !== at)), { "aria-label": `${t("remove")}: ${from}` })));
      };
      fill(box, rows.length ? h("table", { class: "sheet" }, h("thead", null, h("tr", null, h("th", { scope: "col" }, t("synonyms.from")), h("th", { scope: "col" }, t("synonyms.to")), h("td"))), h("tbody", null, rows.map(row))) : h("p", { class: "note" }, t("synonyms.empty")),
        role !== "viewer" && adder());
    };
    const adder = () => {
      const from = h("input", { type: "text", placeholder: "房产证, 房本" }), to = h("input", { type: "text", placeholder: "不动产权证书" });
      const add = (e) => {
        e.preventDefault();
        const [a, b] = [from, to].map((x) => x.value.trim());
        if (!a || !b) return (a ? to : from).focus();
        write([...lines().filter((l, i, all) => l || all.length > 1), `${a} => ${b}`]);
        box.querySelector("form input").focus();
      };
      return h("form", { class: "row fields", onsubmit: add }, h("label", null, t("synonyms.from"), from), h("label", null, t("synonyms.to"), to), h("button", null, t("add")), h("small", { class: "hint" }, t("synonyms.hint")));
    };
    return { el: box, close: follows(draft, draw) };
  };
}

export async function synonyms({ role, reopen }) {
  return settingsPage(await Draft.setting("synonyms").load(), { name: "synonyms", mode: "text", role, reopen, form: form(role) });
}
