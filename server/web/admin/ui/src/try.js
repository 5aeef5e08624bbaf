/** The try-it box: a sentence, typed or spoken, against the draft: what it would come to, and why. */
import { post } from "./api.js";
import { button, debounced, field, fill, h } from "./dom.js";
import { t, trouble } from "./i18n.js";
import { listen } from "./listen.js";

const ROLES = ["", "resident", "enterprise", "tourist"];
const REASK_MS = 600;

const target = (c) => {
  if (c.column) return `${[...(c.column.path || [c.column.name])].join(" › ")} (${c.column.id})`;
  if (c.control) return Object.entries(c.control).map(([k, v]) => (k === "name" ? v : `${k}=${v}`)).join(" ");
  return c.query ? `“${c.query}”` : "";
};

const why = (c, goTo) => c.template && [
  h("dt", null, t("try.because")), h("dd", null, h("code", null, c.template), " ",
    c.at && button(t("try.where", { file: c.file, line: c.at.line }), () => goTo(c), { class: "link" })),
];

function shown(c, action, goTo) {
  const slots = Object.entries(c.slots || {});
  return h("div", { class: "answer" },
    h("p", { class: "act" }, h("strong", null, t(`action.${action}`)), " ", target(c)),
    h("p", { class: "chips" }, h("span", { class: "chip" }, c.intent), h("span", { class: "chip" }, t("try.confidence", { n: Math.round(c.confidence * 100) })), c.template && h("span", { class: "chip" }, t(c.exact ? "try.exact" : "try.near"))),
    h("dl", null, why(c, goTo) || [h("dt", null, t("try.because")), h("dd", null, t("try.fallback"))],
      slots.length > 0 && [h("dt", null, t("try.slots")), h("dd", null, slots.map(([k, v]) => h("div", null, h("code", null, k), " = ", String(v))))]));
}

/** {el, ask(text), close()}; goTo(pos) leads to a place of this draft's text. */
export function tryBox(draft, { speech, key, goTo }) {
  const q = h("input", { type: "text", autocomplete: "off", maxlength: "500" });
  const role = h("select", null, ROLES.map((r) => h("option", { value: r }, t(`try.role.${r}`))));
  const out = h("div", { role: "status", class: "tried" });
  const on = h("p", { class: "note" });
  let last = null, ear = null, turn = 0;
  const lead = (c) => {
    if (c.file === `${key}.yaml`) return goTo(c.at);
    location.hash = `#/commands/${c.file.replace(/\.yaml$/, "")}`;
  };
  const ask = async (question) => {
    last = question;
    const mine = ++turn;
    try {
      const r = await post("try", { ...draft.body(), ...question, role: role.value, lang: key });
      if (mine === turn) draw(r);
    } catch (err) {
      if (mine === turn) fill(out, h("p", { class: "say bad" }, err.code === "invalid" ? t("try.invalid") : trouble(err)));
    }
  };
  const draw = ({ action, candidates, utterance }) => {
    const [best, ...others] = candidates;
    const heard = last.alternatives && h("p", { class: "note" }, t("try.heard", { text: last.alternatives.map((a) => a.text).join(" / ") }));
    fill(out, heard, best ? shown(best, action, lead) : h("p", null, t("try.nothing"), " ", utterance),
      others.length > 0 && [h("h3", null, t("try.next")), h("ol", { class: "others" }, others.map((c) => h("li", null, shown(c, c.action, lead))))]);
  };
  const mic = button(t("try.mic"), async () => {
    if (ear) return ear.finish();
    try {
      mic.textContent = t("try.stop");
      ear = await listen({ lang: key, role: role.value, partial: (text) => fill(on, t("try.listening", { text })) });
      const alternatives = await ear.heard;
      q.value = alternatives[0]?.text || "";
      if (alternatives.length) await ask({ alternatives });
    } catch (err) {
      fill(out, h("p", { class: "say bad" }, err.code === "unavailable" ? t("try.nospeech") : t("try.nomic")));
    } finally {
      ear = null;
      mic.textContent = t("try.mic");
      status();
    }
  }, { "data-mic": true });
  const status = () => fill(on, t(draft.dirty ? "try.on" : "try.onPublished"));
  const again = debounced(() => last && ask(last), REASK_MS);
  const changed = () => (status(), again());
  draft.addEventListener("change", changed);
  role.addEventListener("change", () => last && ask(last));
  status();
  const typed = () => q.value.trim() && ask({ q: q.value.trim() });
  return {
    el: h("section", { class: "card try", "aria-labelledby": "try-title" }, h("h2", { id: "try-title" }, t("try.title")), on,
      h("form", { onsubmit: (e) => (e.preventDefault(), typed()) }, field(t("try.what"), q),
        h("div", { class: "row fields" }, field(t("try.role"), role), h("button", { class: "primary" }, t("try.go")), speech && mic)), out),
    ask: (text) => ((q.value = text), typed()),
    close: () => (again.stop(), draft.removeEventListener("change", changed), ear?.close()),
  };
}
