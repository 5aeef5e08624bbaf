/**
 * Building elements without ever parsing HTML, so that the widget also runs on
 * pages that forbid it (Trusted Types, strict CSP).
 */
const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element. Props named on… become listeners, true and false set or
 * leave out an attribute, everything else is an attribute. Children are nodes
 * or texts; null and false are skipped.
 */
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (value === true) el.setAttribute(name, "");
    else if (value !== false && value != null) el.setAttribute(name, value);
  }
  el.append(...children.flat().filter((c) => c != null && c !== false));
  return el;
}

// 24 × 24 outlines; drawn for this widget.
const PATHS = {
  mic: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z M5 11v1a7 7 0 0 0 14 0v-1 M12 19v3 M8.5 22h7",
  stop: "M7 7h10v10H7z",
  keys: "M2.5 6h19v12h-19z M6 10h.01 M10 10h.01 M14 10h.01 M18 10h.01 M7 14.5h10",
  close: "M6 6l12 12 M18 6L6 18",
  send: "M4 12h15 M13 6l6 6-6 6",
  go: "M9 5l7 7-7 7",
  alert: "M12 4L2.5 20h19z M12 10v5 M12 17.5h.01",
  ear: "M7 9a5 5 0 0 1 10 0c0 4-4 4.5-4 8a3 3 0 0 1-5.5 1.5 M10 9a2 2 0 0 1 4 0c0 1.5-1.5 2-1.5 3",
};

/** An icon of the set above. It is decoration: names stand beside it as text. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [k, v] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false", class: "icon" })) {
    svg.setAttribute(k, v);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", "#34": '"', "#39": "'", "#x27": "'", nbsp: "\u00a0" };

/**
 * Turns the server's snippet (escaped text with <mark> around the hits) into
 * nodes. Only <mark> is understood; any other tag stays visible as text, so
 * nothing a document contains can become an element of the page.
 */
export function marked(html) {
  const out = [];
  let hit = false;
  for (const piece of String(html || "").split(/(<\/?mark>)/)) {
    if (piece === "<mark>") hit = true;
    else if (piece === "</mark>") hit = false;
    else if (piece) {
      const text = piece.replace(/&(#?\w+);/g, (all, name) => ENTITIES[name.toLowerCase()] ?? all);
      out.push(hit ? h("mark", null, text) : text);
    }
  }
  return out;
}

/** An address that may be opened from a reply: http(s) only, else null. */
export function safeURL(url, base = document.baseURI) {
  try {
    const u = new URL(url, base);
    return u.protocol === "http:" || u.protocol === "https:" ? u : null;
  } catch {
    return null;
  }
}
