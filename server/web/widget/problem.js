/**
 * Something that the visitor must be told about. The code names the message in
 * strings.js (errors); every code has one.
 */
export class Problem extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

// The wire's error codes to ours; unknown ones are the server's own trouble.
const WIRE = { busy: "busy", unavailable: "unavailable", timeout: "timeout", going_away: "restarting", origin: "origin", too_big: "too_long" };

/** The Problem for an error frame of the websocket. */
export function fromFrame(frame) {
  return new Problem(WIRE[frame.code] || "internal");
}

/** The Problem for an HTTP answer that is not 2xx. */
export function fromStatus(status) {
  if (status === 503 || status === 429) return new Problem("busy");
  if (status === 403) return new Problem("origin");
  return new Problem("internal");
}
