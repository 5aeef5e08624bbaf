/**
 * The listening socket (GET /v1/listen): one connection, its messages, and an
 * outlet for audio that never lets the browser's buffer grow without bound.
 *
 * Client: a start message, binary PCM16LE frames, then finalize, cancel or stop.
 * Server: ready, speech_start, partial, speech_end, final, reply, error.
 */
import { fromFrame, Problem } from "./problem.js";

// One second and a half of audio; what does not fit waits in our own list.
const HIGH_WATER = 48 * 1024;
const CONNECT_MS = 6000; // a network that answers nothing at all

/** The websocket address beside an http(s) base address. */
export function listenURL(server) {
  const url = new URL("v1/listen", server);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/**
 * Connects and says start. on.message(type, message) gets every message of the
 * server but error; on.closed(problem, retryable) is called exactly once unless
 * close() came first.
 */
export class ListenSocket {
  constructor(server, start, on) {
    this.on = on;
    this.open = false;
    this.problem = null;
    this.ws = new WebSocket(listenURL(server));
    this.late = setTimeout(() => this.ws.close(), CONNECT_MS);
    this.ws.onopen = () => {
      clearTimeout(this.late);
      this.open = true;
      this.say("start", start);
      on.message("open", {});
    };
    this.ws.onmessage = ({ data }) => this.#message(data);
    this.ws.onclose = (event) => this.#closed(event);
  }

  /** Whether a frame may be handed over now. */
  get writable() {
    return this.open && this.ws.readyState === WebSocket.OPEN && this.ws.bufferedAmount < HIGH_WATER;
  }

  /** Sends a control message: start, finalize, cancel, keepalive or stop. */
  say(type, fields) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify({ type, ...fields }));
  }

  /** Sends a frame of audio. Ask writable first. */
  send(pcm) {
    this.ws.send(pcm);
  }

  /** Ends the connection from our side; nothing is called back afterwards. */
  close(type = "stop") {
    this.on = { message() {}, closed() {} };
    this.say(type);
    this.ws.close(1000);
  }

  #message(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return; // not of this protocol version; the server's final word decides
    }
    if (message.type !== "error") return this.on.message(message.type, message);
    this.problem = fromFrame(message);
    this.retryable = Boolean(message.retryable);
  }

  #closed(event) {
    clearTimeout(this.late);
    const on = this.on;
    this.on = { message() {}, closed() {} };
    if (this.problem) return on.closed(this.problem, this.retryable && this.problem.code === "restarting");
    // no error frame came: the line broke, or there was never one
    on.closed(new Problem(event.code === 1013 ? "busy" : "lost"), event.code !== 1013);
  }
}
