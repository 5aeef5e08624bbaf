/** The widget's shadow tree: the buttons in the corner, and the panel. */
import { h, icon } from "./dom.js";
import { sheet } from "./style.js";

const BARS = [0.35, 0.6, 0.9, 0.7, 1, 0.8, 0.55, 0.95, 0.65, 0.4];

/**
 * on: voice() and type() of the corner buttons, mic() and submit(text) of the
 * panel, close(), and setting(name, on).
 */
export class View {
  constructor(host, on) {
    this.root = host.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [sheet()];
    this.on = on;
    this.#dock();
    this.#panel();
    // Stands outside the panel, so that it is known to screen readers before
    // its text changes.
    this.live = h("p", { class: "sr", role: "status" });
    this.root.append(this.dock, this.panel, this.live);
  }

  #dock() {
    this.voice = h("button", { type: "button", class: "launch voice", part: "voice", onclick: () => this.on.voice() }, icon("mic"), h("span"));
    this.typed = h("button", { type: "button", class: "launch type", part: "type", onclick: () => this.on.type() }, icon("keys"), h("span"));
    this.dock = h("div", { class: "dock", part: "dock", hidden: true }, this.voice, this.typed);
  }

  #panel() {
    this.title = h("h2", { id: "title" });
    this.shut = h("button", { type: "button", class: "shut", onclick: () => this.on.close() }, icon("close"));
    this.status = h("p", { class: "status" });
    this.words = h("p", { class: "heard", "aria-hidden": "true" });
    this.hint = h("p", { class: "hint", "aria-hidden": "true" });
    this.meter = h("div", { class: "meter", "aria-hidden": "true" }, BARS.map(() => h("i")));
    this.area = h("div", { class: "area" });
    this.mic = h("button", { type: "button", class: "mic", part: "mic", onclick: () => this.on.mic() }, icon("mic"), h("span"));
    const top = h("div", { class: "top" }, this.title, this.shut);
    const body = h("div", { class: "body", tabindex: "-1" }, this.status, this.words, this.hint, this.meter, this.area);
    this.panel = h("div", { class: "panel", part: "panel", role: "dialog", "aria-labelledby": "title", hidden: true }, top, body,
      h("div", { class: "foot" }, this.mic, this.#form(), this.#settings()));
  }

  #form() {
    this.input = h("input", {
      id: "q", type: "text", enterkeyhint: "search", autocomplete: "off", maxlength: "200",
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "list",
    });
    this.list = h("ul", { id: "list", role: "listbox", hidden: true });
    this.send = h("button", { type: "submit", class: "send" }, icon("send"));
    const onsubmit = (e) => {
      e.preventDefault();
      const text = this.input.value.trim();
      if (text) this.on.submit(text);
    };
    return h("form", { onsubmit, role: "search" }, h("div", { class: "box" }, this.input, this.list), this.send);
  }

  #settings() {
    const toggle = (name) => {
      const input = h("input", { type: "checkbox", onchange: (e) => this.on.setting(name, e.target.checked) });
      const text = h("span");
      this[name] = { input, text };
      return h("label", null, input, text);
    };
    this.summary = h("summary");
    return h("details", { class: "settings" }, this.summary, toggle("speak"), toggle("wait"));
  }

  /** Writes every fixed text in the language of t. */
  relabel(t, lang) {
    this.t = t;
    this.dock.hidden = false;
    for (const part of [this.dock, this.panel, this.live]) part.lang = lang;
    const name = (el, text) => el.setAttribute("aria-label", text);
    this.title.textContent = t.title;
    this.voice.lastChild.textContent = t.voice;
    this.typed.lastChild.textContent = t.type;
    name(this.voice, t.openVoice);
    name(this.typed, t.openType);
    name(this.shut, t.close);
    name(this.send, t.send);
    name(this.input, t.field);
    name(this.list, t.suggestions);
    this.input.placeholder = t.placeholder;
    this.summary.textContent = t.settings;
    this.speak.text.textContent = t.setSpeak;
    this.wait.text.textContent = t.setWait;
  }

  /** Shows a state: its default line, and what the microphone button does. */
  state(name) {
    this.panel.dataset.state = name;
    const busy = { listening: ["stop", this.t.finish], asking: ["close", this.t.stopAsking], understanding: ["close", this.t.stopAsking] };
    const [picture, text] = busy[name] || ["mic", this.t.speak];
    this.mic.replaceChildren(icon(picture), h("span", null, text));
    if (name !== "listening" && name !== "understanding") this.heard("");
    this.level(0);
    if (this.t.states[name]) this.say(this.t.states[name]);
  }

  /**
   * The status line, seen and read out; unseen when a heading says the same.
   * told: what is read out where that must be more, such as the choices.
   */
  say(text, seen = true, told = text) {
    this.status.textContent = seen ? text : "";
    this.live.textContent = this.shown ? told : ""; // closed, it is silent
  }

  /** What is being heard: seen only, it changes too often to be read out. */
  heard(text, hint) {
    this.words.textContent = text;
    this.hint.textContent = hint || "";
  }

  /** The meter; level is the RMS of the last 100 ms, 0..1. */
  level(level) {
    // speech lies around 0.02–0.2: the square root spreads that over the bar
    this.meter.style.setProperty("--level", Math.min(1, Math.sqrt(level) * 1.8).toFixed(2));
  }

  /** Fills the answer area. */
  answer(...nodes) {
    this.area.replaceChildren(...nodes.filter(Boolean));
  }

  get shown() {
    return !this.panel.hidden;
  }

  /** Shows or hides the panel; brief: only its answer, above the corner buttons. */
  show(on, brief = false) {
    if (on && !this.shown) this.opener = this.root.activeElement;
    this.panel.hidden = !on;
    this.panel.classList.toggle("brief", brief);
    this.dock.classList.toggle("under", on && !brief);
  }
}
