/**
 * How the page around the widget is shown: text size, contrast, the simple
 * view for the elderly. Kept in the visitor's settings and put on again on
 * every page, until taken off.
 *
 * <html> gets data-tingdong-zoom, -contrast and -elder, so that a portal can
 * answer with its own styles instead.
 */
import { change, settings } from "./store.js";

const MIN = 50;
const MAX = 300;
const STEP = 25;
export const ELDER_ZOOM = 150;

const CSS = `
html[data-tingdong-contrast] :is(body, body *):not(tingdong-voice, img, video, canvas, mark) {
  background: #000 !important; color: #fff !important; border-color: #fff !important;
  text-shadow: none !important; box-shadow: none !important;
}
html[data-tingdong-contrast] body :is(a, a *) { color: #ffe94a !important; text-decoration: underline !important; }
html[data-tingdong-contrast] ::placeholder { color: #fff !important; opacity: 0.85; }
html[data-tingdong-contrast] body mark { background: #ffe94a !important; color: #000 !important; }
html[data-tingdong-contrast] body :focus-visible { outline: 3px solid #ffe94a !important; outline-offset: 2px !important; }
html[data-tingdong-elder] body { line-height: 1.9; letter-spacing: 0.02em; }
html[data-tingdong-elder] body :is(a, button) { text-underline-offset: 0.2em; }
html[data-tingdong-elder] *, html[data-tingdong-elder] *::before { animation: none !important; }
`;

let sheet;

function flag(name, on) {
  document.documentElement.toggleAttribute(`data-tingdong-${name}`, on);
}

/** Puts the visitor's settings on the page. */
export function apply({ zoom, contrast, elder } = settings()) {
  const plain = zoom === 100 && !contrast && !elder;
  if (plain && !sheet) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  flag("contrast", contrast);
  flag("elder", elder);
  for (const el of document.querySelectorAll("tingdong-voice")) el.toggleAttribute("data-contrast", contrast);
  if (zoom === 100) document.documentElement.removeAttribute("data-tingdong-zoom");
  else document.documentElement.setAttribute("data-tingdong-zoom", zoom);
  // zoom and not font-size: portals written in px grow, too
  document.body.style.zoom = zoom === 100 ? "" : zoom / 100;
}

/** Changes how the page is shown and keeps that. */
export function display(some) {
  apply(change(some));
}

/** Sets the text size in percent, held between 50 and 300; returns it. */
export function zoomTo(percent) {
  const zoom = Math.round(Math.max(MIN, Math.min(MAX, Number(percent) || 100)));
  display({ zoom });
  return zoom;
}

/** One step larger (+1) or smaller (−1); returns the new percentage. */
export function zoomBy(direction) {
  return zoomTo(settings().zoom + direction * STEP);
}
