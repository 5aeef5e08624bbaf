/**
 * Speaking: short answers, and reading a page aloud. Uses the browser's own
 * voices. It never speaks while the widget listens, or it would hear itself.
 */
import { settings } from "./store.js";

const synth = globalThis.speechSynthesis;
const PIECE = 160; // characters; some engines fall silent in longer utterances

/** Splits text into speakable pieces at sentence ends, none longer than PIECE. */
export function pieces(text) {
  const out = [];
  for (const sentence of text.replace(/\s+/g, " ").match(/[^。！？；.!?;]+[。！？；.!?;]*/g) || []) {
    for (let i = 0; i < sentence.length; i += PIECE) out.push(sentence.slice(i, i + PIECE).trim());
  }
  return out.filter(Boolean);
}

/** The voice of one widget. */
export class Speaker {
  constructor() {
    this.listening = false;
    this.queue = [];
  }

  /** Whether this browser can speak at all. */
  get able() {
    return Boolean(synth);
  }

  /** While listening, nothing is spoken, and what was being spoken stops. */
  set hush(on) {
    this.listening = on;
    if (on) this.stop();
  }

  /** Says a text now, in place of anything being said. False when it cannot. */
  say(text, lang) {
    this.stop();
    if (!synth || this.listening || !text) return false;
    this.lang = lang;
    this.queue = pieces(text);
    this.#next();
    return true;
  }

  /** Falls silent. */
  stop() {
    this.queue = [];
    this.current = null;
    synth?.cancel();
  }

  /** Goes on at the place where it is with the present rate and volume. */
  again() {
    if (!this.current) return;
    this.queue.unshift(this.current.text);
    this.current = null;
    synth.cancel();
    this.#next();
  }

  #next() {
    const text = this.queue.shift();
    if (!text || this.listening) return;
    const { rate, volume } = settings();
    const u = Object.assign(new SpeechSynthesisUtterance(text), { lang: this.lang, rate, volume });
    u.onend = u.onerror = () => {
      if (this.current !== u) return; // stopped, or replaced
      this.current = null;
      this.#next();
    };
    this.current = u;
    synth.speak(u);
  }
}
