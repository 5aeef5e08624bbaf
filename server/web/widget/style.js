/** The widget's styles, as a constructed sheet: nothing inline for a CSP to refuse. */
import { BASE } from "./style-base.js";
import { PANEL } from "./style-panel.js";

let made;

/** The one sheet that all widgets of a page share. */
export function sheet() {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(BASE + PANEL);
  }
  return made;
}
