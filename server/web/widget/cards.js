/** What appears in the panel's answer area: one function for each kind. */
import { h, icon, marked, safeURL } from "./dom.js";

const button = (text, onclick, cls = "plain") => h("button", { type: "button", class: cls, onclick }, text);

/** A list of buttons: things to say, other readings, suggestions. */
export function chips(label, texts, pick) {
  if (!texts.length) return null;
  return h("div", { class: "chips" }, h("p", null, label), h("ul", null, texts.map((x) => h("li", null, button(x, () => pick(x), "chip")))));
}

/** Before the first use: where the voice goes. */
export function noticeCard(t, agree, rather) {
  const yes = button(t.agree, agree, "main");
  yes.setAttribute("aria-describedby", "notice"); // it has the focus: the notice is read with it
  return h("div", { class: "card" }, h("p", { id: "notice" }, t.notice), h("div", { class: "row" }, yes, button(t.rather, rather)));
}

/** An error with its way on. */
export function errorCard(t, code, retry, rather) {
  const way = (t.errors[code] || t.errors.internal)[1];
  return h("div", { class: "card error" }, icon("alert"), h("p", null, way),
    h("div", { class: "row" }, retry && button(t.retry, retry, "main"), button(t.rather, rather)));
}

/**
 * What is about to be opened. Returns {node, left(seconds)}; seconds below 0
 * mean that it opens only when the visitor says so.
 */
export function pendingCard(t, path, go, cancel) {
  const seconds = h("p", { class: "seconds" });
  const where = path?.length > 1 ? h("p", { class: "path" }, path.join(" › ")) : null;
  const node = h("div", { class: "card" }, where, seconds,
    h("div", { class: "row" }, button(t.cancel, cancel, "plain cancel"), button(t.open, go, "main")));
  return { node, left: (s) => (seconds.textContent = s < 0 ? t.press : t.openingIn(s)) };
}

/** Numbered choices to say, click or type. */
export function choiceCard(choices, pick) {
  return h("ol", { class: "choices" }, choices.map((c, i) => h("li", null,
    h("button", { type: "button", class: "choice", onclick: () => pick(i + 1) },
      h("span", { class: "number", "aria-hidden": "true" }, i + 1), h("span", null, c.label)))));
}

function hitRow(hit, i, opened) {
  const url = safeURL(hit.url || "");
  const title = hit.title_html ? marked(hit.title_html) : [hit.title];
  const date = /^\d{4}-\d\d-\d\d/.exec(hit.date || "")?.[0];
  return h("li", null,
    h("span", { class: "number", "aria-hidden": "true" }, i + 1),
    h("div", null,
      url ? h("a", { href: url.href, onclick: (e) => opened(e, hit, i + 1) }, title) : h("strong", null, title),
      h("p", { class: "snippet" }, marked(hit.snippet)),
      h("p", { class: "meta" }, date && h("time", { datetime: date }, date))));
}

/**
 * Search results with a heading that can take the focus. opened(event, hit,
 * rank) is called when one is clicked; more is the address of all, or null.
 */
export function resultCard(t, found, { opened, ask, more }) {
  const { query, total = 0, suggestion } = found;
  const hits = found.hits || [];
  const heading = h("h3", { tabindex: "-1" }, total ? t.results(query, total) : t.nothing(query));
  const node = h("div", { class: "results" }, heading,
    suggestion && chips(t.meant, [suggestion], ask),
    hits.length > 0 && h("ol", null, hits.map((hit, i) => hitRow(hit, i, opened))),
    more && total > hits.length && h("p", null, h("a", { class: "more", href: more }, t.all(total))));
  return { node, heading };
}

/** After arriving: the way back if it was the wrong page. */
export function arrivedCard(t, back) {
  return h("div", { class: "row" }, button(t.back, back));
}
