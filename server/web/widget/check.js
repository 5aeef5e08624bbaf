/**
 * The page for accessibility testers: brings the widget into each of its states
 * on demand. Questions go to the real service; problems that cannot be brought
 * about by a button are shown as they would appear.
 */
import { Desk } from "./desk.js";
import { h } from "./dom.js";
import { Problem } from "./problem.js";

const ASK = {
  "zh-CN": { navigate: "教育局", clarify: "医院", search: "公积金怎么提取", none: "嗯", control: "放大字体" },
  en: { navigate: "Education Bureau", clarify: "talk to a leader", search: "beach safety", none: "hm", control: "larger text" },
};
ASK["zh-Hant"] = { navigate: "教育局", clarify: "醫院", search: "公積金怎麼提取", none: "嗯", control: "放大字體" };

const config = { lang: "zh-CN", role: "", page: "/", server: new URL("..", import.meta.url), autoSpeak: false, delay: 60_000, searchURL: "/cn/search/?q={q}" };
const host = h("div");
const desk = new Desk(host, () => config, () => true);

const button = (text, onclick) => h("li", null, h("button", { type: "button", onclick }, text));
const group = (title, ...items) => h("section", null, h("h2", null, title), h("ul", null, items));
const asked = Object.keys(ASK.en).map((name) => button(name, () => desk.ask(ASK[config.lang][name])));

async function relabel(lang) {
  config.lang = lang;
  desk.close();
  await desk.relabel();
  document.querySelector("#errors ul").replaceChildren(...Object.entries(desk.t.errors).map(([code, [text]]) =>
    button(`${code}: ${text}`, () => (desk.view.show(true), desk.fail(new Problem(code))))));
}

const look = new CSSStyleSheet();
look.replaceSync(`
  body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 1rem/1.6 system-ui, sans-serif; }
  section > ul { display: flex; flex-wrap: wrap; gap: 0.5rem; padding: 0; list-style: none; }
  section button { min-height: 44px; padding: 0 1rem; font: inherit; text-align: start; }
`);
document.adoptedStyleSheets = [look];
await desk.relabel();
document.body.append(host);
const errors = group("错误 · errors");
errors.id = "errors";
document.querySelector("#check").append(
  group("语言 · language", ...Object.keys(ASK).map((lang) => button(lang, () => relabel(lang)))),
  group("主题 · theme", ...["light", "dark", "auto"].map((theme) => button(theme, () => host.setAttribute("theme", theme)))),
  group("状态 · states", button("idle", () => desk.close()), button("type", () => desk.type()), button("listen", () => desk.listen())),
  group("回答 · answers", ...asked),
  errors,
);
await relabel("zh-CN");
