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

/**
 * Says beside a control, or a group of them, what is wrong with it; without a
 * text takes that back. A mild one is a warning.
 */
export function explain(control, text, mild = false) {
  control.id ||= `f${++ids}`;
  const id = `${control.id}-error`;
  document.getElementById(id)?.remove();
  control.parentElement?.querySelector(`#${CSS.escape(id)}`)?.remove();
  const others = (control.getAttribute("aria-describedby") || "").split(" ").filter((x) => x && x !== id);
  if (text) control.parentElement.append(h("small", { id, class: mild ? "field-error warn" : "field-error bad" }, text));
  const described = text ? [...others, id] : others;
  if (described.length) control.setAttribute("aria-describedby", described.join(" "));
  else control.removeAttribute("aria-describedby");
  if (text && !mild) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
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
