/**
 * What a Reply does: opening pages after a countdown, controls, choices,
 * results. Every step is first offered to the portal as a cancelable event.
 */
import { search, clicked } from "./api.js";
import { choiceCard, chips, pendingCard, resultCard } from "./cards.js";
import { pageItem, perform } from "./controls.js";
import { cancel } from "./dialogue.js";
import { safeURL } from "./dom.js";
import { leaveNote, settings } from "./store.js";

/**
 * host: the element's inner side: view, speaker, t (strings), lang, server,
 * session, delay (ms), searchURL(query), emit(name, detail) → false when the
 * portal took over, ask(text), answer(text, …nodes), close().
 */
export class Answers {
  constructor(host) {
    this.host = host;
    this.last = null;
  }

  get speaker() {
    return this.host.speaker;
  }

  get lang() {
    return this.host.lang;
  }

  /** Acts on a reply. */
  async show(reply) {
    // 确认, 取消, 第二个 are about what stands; anything else replaces it
    if (reply.action !== "control") this.drop();
    this.last = reply;
    if (!this.host.emit("reply", { reply })) return this.host.answer("");
    await this.#act(reply);
  }

  async #act(reply) {
    const { action } = reply;
    if (action === "navigate" && reply.column) this.#navigate(reply);
    else if (action === "control" && reply.control) this.#control(reply);
    else if (action === "search" && reply.search?.hits) this.#results(reply, reply.search);
    else if (action === "search") await this.#searchFor(reply.search?.query || reply.query || reply.utterance);
    else if (action === "clarify" && reply.choices?.length) this.#clarify(reply);
    else this.#nothing(reply);
  }

  #navigate(reply) {
    const { column } = reply;
    const url = safeURL(column.url);
    if (!url) return this.host.answer(this.host.t.cannot);
    if (this.host.emit("navigate", { url: url.href, column, reply })) this.#pend(url, column.name, column.path, reply.say, column.id);
    else this.host.answer(reply.say || "");
  }

  #control(reply) {
    if (!this.host.emit("control", { control: reply.control, reply })) return this.host.answer(reply.say || "");
    const said = perform(reply.control, this, this.host.t);
    if (said) this.host.answer(said.text, { quiet: said.quiet, keep: true });
  }

  #results(reply, found) {
    const { host } = this;
    this.found = found;
    if (!host.emit("search", { search: found, reply })) return host.answer(reply.say || "");
    const { node, heading } = resultCard(host.t, found, {
      opened: (event, hit, rank) => this.#opened(event, hit, rank),
      ask: (text) => host.ask(text),
      more: host.searchURL(found.query),
    });
    host.answer(heading.textContent, { focus: heading, say: reply.say }, node, this.#otherwise(reply), !found.hits?.length && this.#examples());
  }

  #clarify(reply) {
    this.choices = reply.choices;
    if (!this.host.emit("clarify", { choices: reply.choices, reply })) return this.host.answer(reply.say || "");
    const text = reply.say || this.host.t.which;
    const told = [text, ...reply.choices.map((c, i) => `${i + 1} ${c.label}`)].join(this.host.t.stop);
    this.host.answer(text, { told }, choiceCard(reply.choices, (n) => this.pick(n)));
  }

  #nothing(reply) {
    this.host.answer(reply.say || this.host.t.none, {}, this.#otherwise(reply), this.#examples());
  }

  #examples() {
    const { t } = this.host;
    return chips(t.try, t.examples, (x) => this.host.ask(x));
  }

  // Other readings of what was said, to pick with one click.
  #otherwise(reply) {
    const texts = (reply.heard || []).map((x) => x.text.replace(/(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])/g, ""));
    const other = [...new Set(texts)].filter((x) => x && x !== reply.utterance).slice(0, 3);
    return chips(this.host.t.otherwise, other, (x) => this.host.ask(x));
  }

  #pend(url, name, path, say, column) {
    const { host } = this;
    this.drop();
    if (url.href === location.href) return host.answer(host.t.here(name));
    const go = () => this.#leave(url, name);
    const card = pendingCard(host.t, path, go, () => cancel(this));
    const wait = settings().wait && host.delay > 0;
    let left = wait ? Math.ceil(host.delay / 1000) : -1;
    card.left(left);
    this.pending = { go, card, column, timer: wait && setInterval(() => (--left > 0 ? card.left(left) : go()), 1000) };
    const { t } = host;
    host.answer(t.opening(name), { say, told: [t.opening(name), wait ? t.openingIn(left) : t.press, t.escape].join(t.stop) }, card.node);
  }

  #leave(url, name) {
    const slots = this.last?.slots;
    this.drop();
    leaveNote({ name, url: url.href, slots });
    location.assign(url);
  }

  #count(hit, rank) {
    const { server, session, lang } = this.host;
    clicked(server, { session, lang, query: this.found?.query, id: hit.id, url: hit.url, rank });
  }

  #opened(event, hit, rank) {
    const { host } = this;
    this.#count(hit, rank);
    if (!host.emit("navigate", { url: event.currentTarget.href, hit })) event.preventDefault();
  }

  /** Stops the countdown: the visitor is saying something new. What waited can still be confirmed. */
  pause() {
    clearInterval(this.pending?.timer);
    this.pending?.card.left(-1);
  }

  /** Tells the service that the visitor stops what is about to be opened: it was not what was meant. */
  stopped() {
    const { server, lang } = this.host;
    if (this.pending?.column) clicked(server, { type: "cancel", column: this.pending.column, lang });
  }

  /** Takes back whatever waits to be done; true when there was something. */
  drop() {
    const had = Boolean(this.pending);
    this.pause();
    this.pending = null;
    this.choices = null;
    return had;
  }

  /**
   * Opens a link of the page (or an address) after the countdown; null without
   * one. name is what it is called; else the link's own text.
   */
  follow(link, name) {
    const url = link && safeURL(link.href || link);
    if (!url) return null;
    this.#pend(url, name || (link.textContent || "").trim().slice(0, 40) || url.pathname);
    return undefined;
  }

  /** Opens the n-th result shown in the widget, or of the page's own list; n < 0 from the end. */
  openItem(n, url) {
    const hits = this.found?.hits || [];
    const hit = hits[n < 0 ? hits.length + n : n - 1] || (url && { url });
    if (hit?.url) {
      this.#count(hit, n);
      return this.follow(hit.url, hit.title);
    }
    const item = pageItem(n);
    return item ? this.follow(item) : this.host.t.noItem(n);
  }

  /** Takes the n-th choice, or the n-th result where no choice is open. */
  pick(n) {
    const choice = this.choices?.[n < 0 ? this.choices.length + n : n - 1];
    if (!choice) return this.openItem(n);
    this.#act({ utterance: choice.label, ...choice });
    return undefined;
  }

  async #searchFor(query) {
    const { host } = this;
    try {
      this.#results({ utterance: query }, await search(host.server, query, host.lang));
    } catch (problem) {
      host.fail(problem);
    }
  }
}
