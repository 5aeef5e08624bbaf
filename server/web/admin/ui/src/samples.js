/** Utterances that the draft understands, drawn at random. */
import { post } from "./api.js";
import { button, field, fill, h } from "./dom.js";
import { t, trouble } from "./i18n.js";

export function samples(draft, key, known, use) {
  const n = h("input", { type: "number", min: "1", max: "200", value: "10" });
  const intent = h("select", { onfocus: () => offer() }, h("option", { value: "" }, t("samples.all")));
  const offer = () => {
    const chosen = intent.value;
    fill(intent, h("option", { value: "" }, t("samples.all")), known.intents.map((name) => h("option", { value: name, selected: name === chosen }, name)));
  };
  const out = h("div", { "aria-live": "polite" });
  const draw = async () => {
    try {
      const r = await post("samples", { ...draft.body(), n: Number(n.value) || 10, seed: Math.floor(Math.random() * 2 ** 31), intent: intent.value });
      fill(out, h("ul", { class: "samples" }, r.samples.map((s) => h("li", null, h("button", { type: "button", class: "link", title: t("samples.use"), onclick: () => use(s.text) }, s.text), " ", h("small", null, s.intent)))));
    } catch (err) {
      fill(out, h("p", { class: "say bad" }, err.code === "invalid" ? t("try.invalid") : trouble(err)));
    }
  };
  return { el: h("section", { class: "card", "aria-labelledby": "samples-title" }, h("h2", { id: "samples-title" }, t("samples.title")),
    h("div", { class: "row fields" }, field(t("samples.n"), n), field(t("samples.intent"), intent), button(t("samples.draw"), draw)), out) };
}
