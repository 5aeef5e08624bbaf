/**
 * What the portal's pages gain from a script: the print button, and
 * suggestions under the search box. Everything works without it.
 */
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const PAUSE_MS = 150;

/** A combobox after the ARIA pattern: the focus stays in the box. */
class Suggestions {
  constructor(input) {
    this.input = input;
    this.list = document.createElement("ul");
    Object.assign(this.list, { id: "suggestions", className: "suggest", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels[0].textContent);
    input.parentElement.append(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": "suggestions" })) input.setAttribute(name, value);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.show([]));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    this.asking?.abort();
    const q = this.input.value.trim();
    if (!q) return this.show([]);
    const { signal } = (this.asking = new AbortController());
    const query = new URLSearchParams({ q, lang: this.input.dataset.suggest });
    try {
      const answer = await fetch(`/v1/suggest?${query}`, { signal });
      if (answer.ok) this.show((await answer.json()).suggestions ?? []);
    } catch {
      this.show([]); // without suggestions the box still searches
    }
  }

  show(items) {
    this.items = items.slice(0, 8);
    this.marked = -1;
    this.list.replaceChildren(...this.items.map((item, i) => this.option(item, i)));
    this.list.hidden = !this.items.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
  }

  option(item, i) {
    const li = document.createElement("li");
    li.id = `suggestion-${i}`;
    li.setAttribute("role", "option");
    li.setAttribute("aria-selected", "false");
    li.textContent = item.text;
    li.addEventListener("mousedown", (event) => { // click comes after blur
      event.preventDefault();
      this.take(i);
    });
    return li;
  }

  mark(i) {
    this.marked = i;
    [...this.list.children].forEach((li, n) => li.setAttribute("aria-selected", String(n === i)));
    this.input.setAttribute("aria-activedescendant", `suggestion-${i}`);
  }

  take(i) {
    const { text, url } = this.items[i];
    if (url?.startsWith("/") && !url.startsWith("//")) return location.assign(url);
    this.input.value = text;
    this.show([]);
    this.input.form.requestSubmit();
  }

  key(event) {
    const n = this.items?.length;
    if (!n || event.isComposing) return;
    if (event.key === "ArrowDown") this.mark((this.marked + 1) % n);
    else if (event.key === "ArrowUp") this.mark((Math.max(this.marked, 0) + n - 1) % n);
    else if (event.key === "Enter" && this.marked >= 0) this.take(this.marked);
    else if (event.key === "Escape") this.show([]);
    else return;
    event.preventDefault();
  }
}

for (const input of document.querySelectorAll("[data-suggest]")) new Suggestions(input);

// What was said beyond the column (「我要投诉物业乱收费」) fills the form of the
// page that was opened, unless the visitor has written something already.
document.addEventListener("tingdong:arrive", (event) => {
  for (const [name, value] of Object.entries(event.detail.slots)) {
    const field = document.querySelector(`main form [name="${CSS.escape(name)}"]`);
    if (field && !field.value && typeof value === "string") field.value = value;
  }
});
