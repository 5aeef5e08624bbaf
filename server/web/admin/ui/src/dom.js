/** Building elements without ever parsing HTML: the console's policy forbids it. */

/**
 * Makes an element. Props named on… become listeners, true and false set or
 * leave out an attribute, everything else is an attribute. Children are nodes
 * or texts; null and false are skipped.
 */
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (value === true) el.setAttribute(name, "");
    else if (value !== false && value != null) el.setAttribute(name, value);
  }
  el.append(...children.flat(Infinity).filter((c) => c != null && c !== false).map((c) => (typeof c === "number" ? String(c) : c)));
  return el;
}

/** Replaces what is in an element. */
export const fill = (el, ...children) => (el.replaceChildren(...children.flat(Infinity).filter((c) => c != null && c !== false)), el);

let ids = 0;

/** A labelled form field: the control gets an id, a hint is tied to it. */
export function field(label, control, hint) {
  control.id ||= `f${++ids}`;
  const note = hint && h("small", { id: control.id + "-hint", class: "hint" }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return h("p", { class: "field" }, h("label", { for: control.id }, label), control, note);
}

/** A button. */
export const button = (label, onclick, props) => h("button", { type: "button", onclick, ...props }, label);

/** Calls f after ms without a further call. */
export function debounced(f, ms) {
  let timer;
  const run = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), ms);
  };
  run.stop = () => clearTimeout(timer);
  return run;
}
