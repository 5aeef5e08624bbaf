/**
 * Suggestions under the text box: a combobox with a list, after the ARIA
 * pattern (the focus stays in the box, arrows move a marked option).
 */
import { suggest } from "./api.js";
import { h } from "./dom.js";

const PAUSE_MS = 150;

/** Joins an input and a listbox. where() → {server, lang}; chosen(suggestion). */
export class Suggestions {
  constructor(input, list, where, chosen) {
    Object.assign(this, { input, list, where, chosen, items: [], marked: -1 });
    input.addEventListener("input", () => this.#later());
    input.addEventListener("keydown", (e) => this.#key(e));
    input.addEventListener("blur", () => this.hide());
  }

  /** Hides the list and forgets a question under way. */
  hide() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.items = [];
    this.#draw();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    this.asking?.abort();
    const q = this.input.value.trim();
    if (!q) return this.hide();
    const mine = (this.asking = new AbortController());
    const { server, lang } = this.where();
    const items = await suggest(server, q, lang, mine.signal);
    if (mine.signal.aborted) return; // something newer was typed
    this.items = items.slice(0, 6);
    this.#draw();
  }

  #draw() {
    this.marked = -1;
    this.list.replaceChildren(...this.items.map((s, i) => h("li", {
      role: "option", id: `s${i}`, "aria-selected": "false",
      // not click: the box would lose the focus first
      onmousedown: (e) => (e.preventDefault(), this.#take(i)),
    }, s.text)));
    this.list.hidden = !this.items.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (!this.items.length || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#mark((this.marked + step + this.items.length + (this.marked < 0 && step < 0 ? 1 : 0)) % this.items.length);
    else if (event.key === "Enter" && this.marked >= 0) this.#take(this.marked);
    else if (event.key === "Escape") this.hide();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #mark(i) {
    this.marked = i;
    [...this.list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === i)));
    this.input.setAttribute("aria-activedescendant", `s${i}`);
    this.list.children[i].scrollIntoView({ block: "nearest" });
  }

  #take(i) {
    const item = this.items[i];
    this.input.value = item.text;
    this.hide();
    this.chosen(item);
  }
}
