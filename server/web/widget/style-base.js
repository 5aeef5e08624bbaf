/**
 * Colours, the corner buttons, and what every part shares.
 *
 * A page themes it by custom properties on <tingdong-voice>; docs/embedding.md
 * lists them. The defaults keep 4.5:1 for text and 3:1 for outlines.
 */
export const BASE = `
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
@media (prefers-color-scheme: dark) { :host([theme="auto"]) { ${dark()} } }
:host([theme="dark"]) { ${dark()} }
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
`;

function dark() {
  return `
  --c-main: var(--tingdong-primary, #8ab8ff);
  --c-on: var(--tingdong-on-primary, #06172f);
  --c-face: var(--tingdong-surface, #18212c);
  --c-soft: var(--tingdong-surface-soft, #253140);
  --c-text: var(--tingdong-text, #f2f6fb);
  --c-mute: var(--tingdong-muted, #b9c5d4);
  --c-line: var(--tingdong-line, #8796ab);
  --c-bad: var(--tingdong-error, #ffb4a8);
  --c-live: var(--tingdong-live, #ffb4ab);`;
}
