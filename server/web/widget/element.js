/** <tingdong-voice>: attributes, life cycle, methods and events of the widget. */
import { Desk } from "./desk.js";
import { apply } from "./display.js";

const ROLES = ["resident", "enterprise", "tourist"];
const DELAY_MS = 3000;

/**
 * A voice button with its panel. Attributes: visitor (or role), lang, page,
 * server, position, theme, auto-speak, delay, search-url. Events, all
 * cancelable and composed: tingdong:state, final, reply, navigate, control,
 * search, clarify, arrive, error. docs/embedding.md describes each.
 */
export class TingdongVoice extends HTMLElement {
  static observedAttributes = ["lang", "role", "auto-speak"];

  #desk = new Desk(this, () => this.#config(), (name, detail) => this.#emit(name, detail));
  #life = null;
  #ready = Promise.resolve(); // the texts stand; before that nothing can be shown

  connectedCallback() {
    this.#life = new AbortController();
    const { signal } = this.#life;
    document.addEventListener("visibilitychange", () => document.hidden && this.#desk.hidden(), { signal });
    addEventListener("pagehide", () => this.#desk.hidden(), { signal });
    // a page that Back brings out of the browser's cache starts afresh
    addEventListener("pageshow", (e) => e.persisted && this.close(), { signal });
    document.addEventListener("keydown", (e) => {
      if (e.key === "Escape" && !e.defaultPrevented && this.#desk.escape()) e.preventDefault();
    }, { signal });
    apply();
    this.#ready = this.#start();
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#ready.then(() => this.#desk.close());
  }

  attributeChangedCallback(name, _, value) {
    // role is ARIA's word: a screen reader must not meet role="resident"
    if (name === "role" && ROLES.includes(value)) {
      this.setAttribute("visitor", value);
      this.removeAttribute("role");
    } else if (name !== "role" && this.isConnected) this.#desk.relabel();
  }

  /** idle, notice, asking, listening, understanding, answered or error. */
  get state() {
    return this.#desk.state;
  }

  /** Opens the panel and starts listening, as the button does. */
  async listen() {
    await this.#ready;
    this.#desk.listen();
  }

  /** Asks in text, as the text box does. */
  async ask(text) {
    await this.#ready;
    await this.#desk.ask(String(text));
  }

  /** Stops listening and drops what is under way. */
  async stop() {
    await this.#ready;
    this.#desk.stop();
  }

  /** Opens the panel at the text box. */
  async open() {
    await this.#ready;
    this.#desk.type();
  }

  /** Closes the panel. */
  async close() {
    await this.#ready;
    this.#desk.close();
  }

  async #start() {
    await this.#desk.relabel();
    this.setAttribute("data-state", this.state);
    this.#desk.arrive();
  }

  #config() {
    const attr = (name) => this.getAttribute(name);
    const delay = Number(attr("delay") ?? DELAY_MS);
    return {
      lang: attr("lang") || this.closest("[lang]")?.lang || "zh-CN",
      role: attr("visitor") || "",
      page: attr("page") || location.pathname,
      server: new URL(attr("server") ? attr("server").replace(/\/?$/, "/") : new URL("..", import.meta.url), document.baseURI),
      autoSpeak: this.hasAttribute("auto-speak") && attr("auto-speak") !== "false",
      delay: Number.isFinite(delay) ? delay : DELAY_MS,
      searchURL: attr("search-url"),
    };
  }

  #emit(name, detail) {
    if (name === "state") this.setAttribute("data-state", detail.state);
    return this.dispatchEvent(new CustomEvent(`tingdong:${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }
}
