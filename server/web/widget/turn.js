/**
 * One spoken turn: the microphone, the socket, and getting over a broken line.
 *
 * The audio of the turn is kept (at most a minute, 1.9 MB) until the reply is
 * there. If the connection breaks, a new one gets all of it again from the
 * start, so the visitor need not say it twice.
 */
import { openMicrophone } from "./audio.js";
import { ListenSocket } from "./socket.js";
import { Problem } from "./problem.js";

const FRAME_MS = 100;
const RETRIES_MS = [200, 800, 2000]; // waits before each new connection
const SILENCE_MS = 8000; // nobody spoke
const ANSWER_MS = 15000; // spoken, and no reply came
const STUCK_MS = 6000; // audio is waiting and nothing leaves

/**
 * on: state(name) with asking, listening, understanding; note(key) for a line of
 * strings.js; level(0..1); partial(text, target); final(alternatives);
 * reply(reply); fail(problem). After reply or fail nothing more is called.
 */
export class VoiceTurn {
  constructor(server, start, on) {
    Object.assign(this, { server, start, on });
    this.frames = [];
    this.sent = 0;
    this.tries = 0;
    this.maxFrames = 60_000 / FRAME_MS;
    this.over = false;
    this.finished = false;
    this.heard = false;
  }

  /** Asks for the microphone and listens. */
  async begin() {
    this.on.state("asking");
    try {
      const mic = await openMicrophone((pcm, level) => this.#frame(pcm, level), () => this.#fail(new Problem("no_microphone")));
      if (this.over) return mic.stop();
      this.mic = mic;
    } catch (err) {
      return this.#fail(err instanceof Problem ? err : new Problem("unsupported", err));
    }
    this.on.state("listening");
    this.#connect();
    this.#guard("silent", SILENCE_MS);
  }

  /** The visitor has said it: what was heard so far is to be understood. */
  finish() {
    if (this.over || this.finished) return;
    if (!this.mic) return this.abort();
    this.finished = true;
    this.mic.stop();
    this.on.state("understanding");
    this.#guard("timeout", ANSWER_MS);
    this.#pump();
  }

  /** Forgets the turn at once: microphone off, audio dropped, no reply. */
  abort() {
    this.#end("cancel");
  }

  #connect() {
    this.sent = 0;
    this.finalized = false;
    this.socket = new ListenSocket(this.server, this.start, {
      message: (type, m) => this.#message(type, m),
      closed: (problem, retryable) => this.#closed(problem, retryable),
    });
  }

  #message(type, m) {
    if (type === "open") return this.#pump();
    if (type === "ready") {
      if (m.max_seconds > 0) this.maxFrames = Math.min(this.maxFrames, (m.max_seconds * 1000) / FRAME_MS);
      if (this.tries) this.on.note("resumed");
    } else if (type === "speech_start") this.#spoken();
    else if (type === "partial" && m.text) {
      this.#spoken();
      this.on.partial(m.text, m.target);
    } else if (type === "speech_end") this.#answering();
    else if (type === "final") {
      this.#answering();
      this.on.final(m.alternatives || []);
    } else if (type === "reply") {
      const { on } = this;
      this.#end("stop");
      on.reply(m.reply);
    }
  }

  #spoken() {
    if (this.heard) return;
    this.heard = true;
    if (!this.finished) clearTimeout(this.guard);
  }

  // The server found the end of the utterance: the microphone is not needed.
  #answering() {
    if (this.finished) return;
    this.finished = this.finalized = true;
    this.mic.stop();
    this.on.state("understanding");
    this.#guard("timeout", ANSWER_MS);
  }

  #frame(pcm, level) {
    if (this.over || this.finished) return;
    this.frames.push(pcm);
    this.on.level(level);
    if (this.frames.length >= this.maxFrames) return this.finish();
    this.#pump();
  }

  #pump() {
    clearTimeout(this.pumping);
    if (this.over || !this.socket) return;
    const before = this.sent;
    while (this.sent < this.frames.length && this.socket.writable) this.socket.send(this.frames[this.sent++]);
    const waiting = this.sent < this.frames.length;
    if (!waiting || this.sent > before || !this.socket.open) this.moved = performance.now();
    else if (performance.now() - this.moved > STUCK_MS) return this.#fail(new Problem("slow"));
    if (waiting) this.pumping = setTimeout(() => this.#pump(), FRAME_MS);
    else if (this.finished && !this.finalized && this.socket.open) {
      this.finalized = true;
      this.socket.say("finalize");
    }
  }

  #closed(problem, retryable) {
    this.socket = null;
    if (!retryable || this.tries >= RETRIES_MS.length) return this.#fail(problem);
    this.on.note("resuming");
    this.retry = setTimeout(() => this.#connect(), RETRIES_MS[this.tries++]);
  }

  #guard(code, ms) {
    clearTimeout(this.guard);
    // without a connection it is the network, whatever was being waited for
    this.guard = setTimeout(() => this.#fail(new Problem(this.socket?.open ? code : "lost")), ms);
  }

  #fail(problem) {
    if (this.over) return;
    const { on } = this;
    this.#end("cancel");
    on.fail(problem);
  }

  #end(word) {
    if (this.over) return;
    this.over = true;
    for (const timer of [this.guard, this.pumping, this.retry]) clearTimeout(timer);
    this.mic?.stop();
    this.socket?.close(word);
    this.frames = [];
  }
}
