/**
 * What the widget keeps in the browser: the dialogue's id for this tab, and the
 * visitor's own settings. Storage may be forbidden (private mode, sandboxed
 * frames); then everything lives as long as the page.
 */
const memory = new Map();

function read(area, key) {
  try {
    return globalThis[area].getItem(key);
  } catch {
    return memory.get(area + key) ?? null;
  }
}

function write(area, key, value) {
  memory.set(area + key, value);
  try {
    globalThis[area].setItem(key, value);
  } catch {
    // kept in memory above
  }
}

/**
 * The dialogue's id, [A-Za-z0-9_-]{32}. It is random, says nothing about the
 * visitor, and ends with the tab; it outlives a navigation so that 第二个 and
 * 返回 still mean the last reply.
 */
export function sessionID() {
  const kept = read("sessionStorage", "tingdong.session");
  if (/^[A-Za-z0-9_-]{8,64}$/.test(kept || "")) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const id = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  write("sessionStorage", "tingdong.session", id);
  return id;
}

const DEFAULTS = { noticed: false, speak: null, wait: true, zoom: 100, contrast: false, elder: false, rate: 1, volume: 1 };

/**
 * The visitor's settings: noticed (has read the privacy notice), speak (answers
 * aloud; null = as the page says), wait (open by itself after the countdown),
 * zoom (percent), contrast, elder, rate and volume of the voice.
 */
export function settings() {
  try {
    return { ...DEFAULTS, ...JSON.parse(read("localStorage", "tingdong.settings") || "{}") };
  } catch {
    return { ...DEFAULTS };
  }
}

/** Changes some settings and returns all of them. */
export function change(some) {
  const all = { ...settings(), ...some };
  write("localStorage", "tingdong.settings", JSON.stringify(all));
  return all;
}

/** Leaves a note for the page that is opened next in this tab. */
export function leaveNote(note) {
  write("sessionStorage", "tingdong.note", JSON.stringify({ ...note, at: Date.now() }));
}

/** Takes that note if it is at most a minute old; it is read once. */
export function takeNote() {
  const text = read("sessionStorage", "tingdong.note");
  if (!text) return null;
  write("sessionStorage", "tingdong.note", "");
  try {
    const note = JSON.parse(text);
    return Date.now() - note.at < 60_000 ? note : null;
  } catch {
    return null;
  }
}
