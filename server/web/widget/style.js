/**
 * The widget's styles, as a constructed sheet: nothing inline for a CSP to refuse.
 *
 * A page themes it by custom properties on <tingdong-voice>; docs/embedding.md
 * lists them. The defaults keep 4.5:1 for text and 3:1 for outlines.
 */
let made;

/** The one sheet that all widgets of a page share. */
export function sheet() {
  if (!made) {
    made = new CSSStyleSheet();
    made.replaceSync(CSS);
  }
  return made;
}

const DARK = `
  --c-main: var(--tingdong-primary, #8ab8ff);
  --c-on: var(--tingdong-on-primary, #06172f);
  --c-face: var(--tingdong-surface, #18212c);
  --c-soft: var(--tingdong-surface-soft, #253140);
  --c-text: var(--tingdong-text, #f2f6fb);
  --c-mute: var(--tingdong-muted, #b9c5d4);
  --c-line: var(--tingdong-line, #8796ab);
  --c-bad: var(--tingdong-error, #ffb4a8);
  --c-live: var(--tingdong-live, #ffb4ab);`;

const CSS = `
:host {
  --c-main: var(--tingdong-primary, #0b57b7);
  --c-on: var(--tingdong-on-primary, #fff);
  --c-face: var(--tingdong-surface, #fff);
  --c-soft: var(--tingdong-surface-soft, #eef4fc);
  --c-text: var(--tingdong-text, #17202b);
  --c-mute: var(--tingdong-muted, #4d5968);
  --c-line: var(--tingdong-line, #75839a);
  --c-bad: var(--tingdong-error, #a3200d);
  --c-live: var(--tingdong-live, #b3261e);
  --size: var(--tingdong-size, 60px);
  --gap: var(--tingdong-offset, 20px);
  --round: var(--tingdong-radius, 16px);
  --z: var(--tingdong-z, 2147483000);
  font: 16px/1.5 var(--tingdong-font, system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif);
  color: var(--c-text);
  text-align: start;
  letter-spacing: normal;
}
@media (prefers-color-scheme: dark) { :host([theme="auto"]) { ${DARK} } }
:host([theme="dark"]), :host([data-contrast]) { ${DARK} }
:host([data-contrast]) { --c-face: #000; --c-text: #fff; --c-mute: #fff; --c-line: #fff; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
button, input { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; }
p, h2, h3, ol, ul { margin: 0; padding: 0; }
ol, ul { list-style: none; }
.icon { width: 1.5em; height: 1.5em; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 3px solid var(--c-text); outline-offset: 2px; box-shadow: 0 0 0 2px var(--c-face); }

.dock { position: fixed; z-index: var(--z); bottom: var(--gap); right: var(--gap); display: flex; gap: 1px;
  border-radius: 999px; box-shadow: 0 4px 16px rgb(10 30 60 / 0.3); }
:host([position="bottom-left"]) .dock { right: auto; left: var(--gap); }
:host([position="inline"]) { display: inline-block; position: relative; vertical-align: middle; }
:host([position="inline"]) .dock { position: static; display: inline-flex; box-shadow: none; }
.dock.under { visibility: hidden; }
.launch { display: inline-flex; align-items: center; justify-content: center; gap: 0.35em; min-width: var(--size); min-height: var(--size);
  padding: 0 1.1em; border: 2px solid transparent; background: var(--c-main); color: var(--c-on); font-weight: 600; }
.launch:first-child { border-radius: 999px 0 0 999px; padding-left: 1.4em; }
.launch:last-child { border-radius: 0 999px 999px 0; padding-right: 1.4em; }
.launch:hover { filter: brightness(1.12); }
.launch:focus-visible { position: relative; z-index: 1; }
@media (forced-colors: active) {
  button, .panel, .dock, .chip, input { border: 1px solid ButtonText; }
  .sr { forced-color-adjust: auto; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
@media print { :host { display: none; } }

.panel { position: fixed; z-index: var(--z); bottom: var(--gap); right: var(--gap); display: flex; flex-direction: column;
  width: 384px; max-width: calc(100% - 2 * var(--gap)); max-height: calc(100% - 2 * var(--gap)); overflow: auto;
  background: var(--c-face); color: var(--c-text); border: 1px solid var(--c-line); border-radius: var(--round);
  box-shadow: 0 12px 40px rgb(10 30 60 / 0.35); animation: rise 0.18s ease-out; }
:host([position="bottom-left"]) .panel { right: auto; left: var(--gap); }
@keyframes rise { from { transform: translateY(12px); opacity: 0; } }
@media (max-width: 480px) {
  .panel, :host([position="bottom-left"]) .panel { left: 0; right: 0; bottom: 0; width: auto; max-width: none; max-height: 88%;
    border-width: 1px 0 0; border-radius: var(--round) var(--round) 0 0; }
  .panel.brief { left: var(--gap); right: var(--gap); bottom: calc(var(--size) + 2 * var(--gap)); border-width: 1px; border-radius: var(--round); }
}
.brief, :host([position="bottom-left"]) .brief { bottom: calc(var(--size) + 2 * var(--gap)); max-height: calc(100% - var(--size) - 3 * var(--gap)); }
.brief .foot, .brief h2 { display: none; }
.brief .top { position: absolute; right: 0; }
.brief .body { padding: 14px 56px 16px 20px; min-height: 0; }
.top { display: flex; align-items: center; justify-content: space-between; padding: 8px 8px 0 20px; }
h2 { font-size: 1rem; font-weight: 600; color: var(--c-mute); }
.shut { display: grid; place-items: center; width: 44px; height: 44px; border: 0; border-radius: 50%; background: none; }
.shut:hover, .plain:hover, .chip:hover, .choice:hover { background: var(--c-soft); }
.body { padding: 4px 20px 12px; overflow: auto; min-height: 6.5em; flex: 1 1 auto; overflow-wrap: anywhere; }
.status { font-size: 1.25rem; font-weight: 600; line-height: 1.4; }
.panel[data-state="error"] .status { color: var(--c-bad); }
.heard { font-size: 1.5rem; line-height: 1.35; margin-top: 8px; }
.hint { color: var(--c-mute); }
.status:empty, .heard:empty, .hint:empty, .area:empty { display: none; }
.area { margin-top: 12px; }
.meter { display: none; align-items: center; gap: 5px; height: 44px; margin-top: 8px; color: var(--c-live); }
.panel[data-state="listening"] .meter { display: flex; }
.meter i { height: 100%; border-left: 5px solid currentColor; border-radius: 3px; transform: scaleY(calc(0.12 + 0.88 * var(--level, 0) * var(--w, 1))); transition: transform 0.1s linear; }
.meter i:nth-child(3n + 1) { --w: 0.55; } .meter i:nth-child(4n) { --w: 0.75; } .meter i:nth-child(5n) { --w: 0.9; }

.foot { padding: 12px 20px 16px; border-top: 1px solid var(--c-soft); display: grid; gap: 12px; }
.mic { display: flex; align-items: center; justify-content: center; gap: 0.5em; min-height: var(--size); width: 100%; border: 2px solid transparent;
  border-radius: 999px; background: var(--c-main); color: var(--c-on); font-size: 1.125rem; font-weight: 600; }
.panel[data-state="listening"] .mic { background: var(--c-live); color: var(--c-face); }
.panel[data-state="notice"] .mic { display: none; }
.panel:is([data-state="asking"], [data-state="understanding"]) .mic { background: var(--c-soft); color: var(--c-text); border-color: var(--c-line); }
form { display: flex; gap: 8px; }
.box { position: relative; flex: 1; min-width: 0; }
input[type="text"] { width: 100%; min-height: 48px; padding: 0 14px; border: 1px solid var(--c-line); border-radius: 12px; background: var(--c-face); }
input::placeholder { color: var(--c-mute); opacity: 1; }
.send { display: grid; place-items: center; width: 52px; min-height: 48px; flex: none; border: 1px solid var(--c-line); border-radius: 12px; background: var(--c-soft); }
.box ul { position: absolute; z-index: 1; bottom: calc(100% + 4px); left: 0; right: 0; max-height: 13em; overflow: auto; padding: 4px;
  background: var(--c-face); border: 1px solid var(--c-line); border-radius: 12px; box-shadow: 0 4px 16px rgb(10 30 60 / 0.25); }
.box li { padding: 10px; border-radius: 8px; cursor: pointer; }
.box li:hover { background: var(--c-soft); }
.box li[aria-selected="true"] { background: var(--c-main); color: var(--c-on); outline: 2px solid transparent; }
.settings { color: var(--c-mute); font-size: 0.9375rem; }
summary { min-height: 28px; cursor: pointer; width: fit-content; }
label { display: flex; align-items: center; gap: 10px; min-height: 44px; }
input[type="checkbox"] { width: 24px; height: 24px; accent-color: var(--c-main); }

.row { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 12px; }
.row button { flex: 1 1 auto; min-height: 48px; padding: 0 18px; border-radius: 12px; font-weight: 600; }
.main { background: var(--c-main); color: var(--c-on); border: 2px solid transparent; }
.plain, .chip, .choice { background: none; border: 1px solid var(--c-line); }
.error { display: grid; grid-template-columns: auto 1fr; gap: 0 10px; }
.error .icon { color: var(--c-bad); }
.error .row { grid-column: 1 / -1; }
.path, .meta, .seconds, .chips p { color: var(--c-mute); }
.seconds { font-variant-numeric: tabular-nums; }
.chips { margin-top: 14px; }
.chips ul { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 6px; }
.chip { min-height: 44px; padding: 0 16px; border-radius: 999px; }
.choices { display: grid; gap: 8px; }
.choice { display: flex; align-items: center; gap: 12px; width: 100%; min-height: 60px; padding: 8px 14px; border-radius: 12px; text-align: start; }
.number { display: grid; place-items: center; flex: none; width: 1.75em; height: 1.75em; border-radius: 50%; background: var(--c-soft); color: var(--c-text); font-weight: 600; }
h3 { font-size: 1rem; margin: 4px 0; border-radius: 4px; }
.results > ol > li { display: flex; gap: 10px; padding: 10px 0; border-top: 1px solid var(--c-soft); }
.results > ol > li > div { flex: 1; min-width: 0; }
.results a { display: inline-block; min-height: 28px; color: var(--c-main); font-weight: 600; text-underline-offset: 0.2em; }
.snippet { font-size: 0.9375rem; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.meta { font-size: 0.875rem; }
mark { background: none; color: inherit; font-weight: 700; text-decoration: underline; text-decoration-thickness: 2px; text-decoration-color: var(--c-main); text-underline-offset: 0.2em; }
`;
