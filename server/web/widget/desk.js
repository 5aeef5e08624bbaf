/**
 * The widget's inner side: which state it is in, and who does what in it. The
 * element above it knows attributes and life cycle, the view below it pixels.
 */
import { Answers } from "./answers.js";
import { ask } from "./api.js";
import { arrivedCard, errorCard, noticeCard } from "./cards.js";
import { cancel } from "./dialogue.js";
import { Problem } from "./problem.js";
import { Speaker } from "./speech.js";
import { change, sessionID, settings, takeNote } from "./store.js";
import { strings } from "./strings.js";
import { Suggestions } from "./suggest.js";
import { VoiceTurn } from "./turn.js";
import { View } from "./view.js";

// Where trying again by voice cannot help until something else changes.
const HOPELESS = new Set(["insecure", "unsupported", "in_app", "origin", "unavailable"]);

/** config() gives the element's present attributes; emit sends its DOM events. */
export class Desk {
  constructor(element, config, emit) {
    Object.assign(this, { config, emit, state: "idle", said: "", arrived: false });
    this.speaker = new Speaker();
    this.view = new View(element, {
      voice: () => this.listen(),
      type: () => this.type(),
      mic: () => this.#mic(),
      submit: (text) => this.ask(text),
      close: () => this.close(),
      setting: (name, on) => change({ [name]: on }),
    });
    this.suggestions = new Suggestions(this.view.input, this.view.list, () => this, (s) => this.ask(s.text));
    this.answers = new Answers(this);
  }

  get lang() { return this.config().lang; }
  get server() { return this.config().server; }
  get delay() { return this.config().delay; }
  get session() { return sessionID(); }

  /** Where all results of a query are shown, or null when the portal has no such page. */
  searchURL(query) {
    const { searchURL } = this.config();
    return searchURL && searchURL.replace("{q}", encodeURIComponent(query));
  }

  #context() {
    const { lang, role, page } = this.config();
    return { lang, role, page, session: this.session };
  }

  /** Writes all texts in the element's language; resolves when they stand. */
  async relabel() {
    const { lang } = this;
    const t = await strings(lang);
    if (lang !== this.lang) return; // changed again meanwhile
    this.t = t;
    this.view.relabel(t, lang);
    const { speak, wait } = settings();
    this.view.speak.input.checked = speak ?? this.config().autoSpeak;
    this.view.wait.input.checked = wait;
    if (this.state === "idle" || this.state === "notice") this.set(this.state);
  }

  /** Goes into a state and tells the page. */
  set(state) {
    const changed = state !== this.state;
    this.state = state;
    this.speaker.hush = state === "listening" || state === "asking";
    this.view.state(state);
    if (changed) this.emit("state", { state });
  }

  /** Starts a spoken turn; before the very first one, says where the voice goes. */
  listen() {
    this.answers.pause();
    this.#open();
    this.view.mic.focus();
    if (!settings().noticed) return this.#notice();
    this.turn = new VoiceTurn(this.server, { sample_rate: 16000, ...this.#context() }, {
      state: (s) => this.set(s),
      note: (key) => this.view.say(this.t[key]),
      level: (l) => this.view.level(l),
      partial: (text, target) => this.view.heard(text, target && this.t.target(target.name)),
      final: (alternatives) => this.#final(alternatives),
      // nothing was said: a hint about the microphone helps more than 没有听懂
      reply: (reply) => (reply.utterance || reply.action !== "none" ? this.#reply(reply) : this.fail(new Problem("silent"))),
      fail: (problem) => this.fail(problem),
    });
    this.turn.begin();
  }

  // Opens the panel for a new turn. An answer stays in sight until the next
  // one: to say 第二个, one must see the list.
  #open() {
    this.#stop();
    this.view.show(true);
    if (this.state !== "answered") this.view.answer();
  }

  #notice() {
    const agree = () => (change({ noticed: true }), this.listen());
    this.set("notice");
    this.view.answer(noticeCard(this.t, agree, () => this.type()));
    this.view.area.querySelector("button").focus();
  }

  /** Opens the panel at its text box. */
  type() {
    this.#open();
    if (this.state !== "answered") this.set("idle");
    this.view.input.focus();
  }

  // The panel's big button: start, done, or cancel, as the state has it.
  #mic() {
    if (this.state === "listening") return this.turn.finish();
    if (this.state === "asking" || this.state === "understanding") return this.stop();
    this.listen();
  }

  /** Asks in text: the same as saying it. */
  async ask(text) {
    this.answers.pause();
    this.suggestions.hide();
    this.#open();
    this.set("understanding");
    const mine = (this.asking = {});
    try {
      const reply = await ask(this.server, { q: text, ...this.#context() });
      if (this.asking !== mine) return; // cancelled, or asked anew
      this.view.input.value = "";
      await this.#reply(reply);
    } catch (err) {
      if (this.asking === mine) this.fail(err instanceof Problem ? err : new Problem("internal", err), () => this.ask(text));
    }
  }

  #final(alternatives) {
    const text = alternatives[0]?.text;
    if (!text) return;
    this.view.heard(text);
    this.view.say(this.t.heard(text));
    this.emit("final", { alternatives });
  }

  #reply(reply) {
    this.turn = this.asking = null;
    return this.answers.show(reply);
  }

  /**
   * Shows an answer: the status line, what belongs below it, and speaks it if
   * the visitor wants that (quiet: not this one). focus is the answer's own
   * heading: it takes the focus, and stands for the status line. keep: what
   * stood below the line still stands. told: what a screen reader is told.
   */
  answer(text, { say = text, quiet = false, focus, keep = false, told = text } = {}, ...nodes) {
    this.set("answered");
    this.view.say(text, !focus, told);
    if (!keep) this.view.answer(...nodes);
    if (focus) focus.focus();
    if (quiet || !text) return;
    this.said = say || text;
    if (settings().speak ?? this.config().autoSpeak) this.speaker.say(this.said, this.lang);
  }

  /** Shows what went wrong and the ways on; again tries it once more. */
  fail(problem, again = () => this.listen()) {
    this.turn = this.asking = null;
    const { code } = problem;
    this.set("error");
    const [what, way] = this.t.errors[code] || this.t.errors.internal;
    this.view.say(what, true, `${what}${this.t.stop}${way}`);
    this.view.answer(errorCard(this.t, code, HOPELESS.has(code) ? null : again, () => this.type()));
    this.emit("error", { code });
  }

  #stop() {
    this.turn?.abort();
    this.turn = this.asking = null;
    this.speaker.stop();
  }

  /** Drops a turn or a question under way. */
  stop() {
    this.#stop();
    this.set("idle");
    this.view.say(this.t.cancelled);
  }

  /** The page was hidden or left: the microphone goes off at once. */
  hidden() {
    this.speaker.stop();
    if (!this.turn) return;
    this.#stop();
    this.fail(new Problem("hidden"));
  }

  /** Escape: first stops what goes on, then closes. True when it was of use. */
  escape() {
    if (!this.view.shown) return false;
    if (this.turn || this.asking) this.stop();
    else if (this.answers.pending) cancel(this.answers);
    else this.close();
    return true;
  }

  /** Closes the panel; the focus goes back to the button that opened it. */
  close() {
    const inside = this.view.root.activeElement;
    this.answers.drop();
    this.#stop();
    this.view.show(false);
    this.view.answer();
    this.set("idle");
    if (inside) (this.view.opener || this.view.voice).focus();
  }

  /** On a page that the widget itself opened: says so, and offers the way back. */
  arrive() {
    const note = takeNote();
    if (!note || note.url !== location.href) return;
    this.arrived = true;
    this.view.show(true, true);
    this.answer(this.t.arrived(note.name), {}, arrivedCard(this.t, () => history.back()));
    this.emit("arrive", { name: note.name, slots: note.slots || {} });
  }
}
