/**
 * The text editor (CodeMirror 6, MIT: small pieces, usable by keyboard and
 * screen reader). It lives in a shadow tree, where its style sheets are
 * adopted, not inline: the console's policy allows no inline styles.
 */
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { h } from "./dom.js";
import { phrases } from "./i18n.js";
import { colours, scriptMode, yamlMode } from "./mode.js";

export const look = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "0.95rem" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", "Noto Sans CJK SC", monospace', lineHeight: "1.65" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "0.6rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--well)", color: "var(--soft)", border: "none", borderInlineEnd: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "var(--active)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--active)", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--select)" },
  ".cm-selectionMatch": { backgroundColor: "var(--select)" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: "0.4rem", boxShadow: "var(--shadow)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--blue)", color: "var(--on-blue)" },
  ".cm-panels": { backgroundColor: "var(--well)", color: "var(--ink)" },
  ".cm-panels input, .cm-panels button": { fontSize: "0.9rem", color: "var(--ink)", backgroundImage: "none", backgroundColor: "var(--paper)", border: "1px solid var(--edge)", borderRadius: "0.3rem", padding: "0.25rem 0.5rem" },
  ".cm-diagnostic": { padding: "0.4rem 0.7rem", maxWidth: "34rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy 1.5px var(--bad)" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy 1.5px var(--warn)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--edge)" },
});

/** What all editors and diffs share. */
export const basics = (mode, label) => [
  EditorState.phrases.of(phrases()),
  EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocorrect: "off", autocapitalize: "off" }),
  EditorView.lineWrapping,
  lineNumbers(),
  highlightSpecialChars(),
  mode === "script" ? scriptMode : mode === "text" ? [] : yamlMode,
  colours,
  look,
];

/** A host with a shadow tree, for an editor or a diff. */
export function shadowHost(className) {
  const host = h("div", { class: className });
  const root = host.attachShadow({ mode: "open" });
  const parent = h("div");
  parent.style.height = "100%";
  root.append(parent);
  return { host, root, parent };
}

export class Editor {
  /** complete(context): CodeMirror's completion source; onChange(text). */
  constructor({ text, mode, label, readOnly = false, onChange = () => {}, complete, className = "editor" }) {
    const { host, root, parent } = shadowHost(className);
    this.el = host;
    const state = EditorState.create({ doc: text, extensions: [
      basics(mode, label), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(), highlightActiveLineGutter(),
      highlightSelectionMatches(), search({ top: true }), lintGutter(),
      autocompletion(complete ? { override: [complete], icons: false } : { activateOnTyping: false }),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...completionKeymap, ...lintKeymap]),
      EditorState.readOnly.of(readOnly),
      EditorView.updateListener.of((u) => u.docChanged && !this.quiet && onChange(u.state.doc.toString())),
    ] });
    this.view = new EditorView({ state, root, parent });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  /** Replaces the text without telling onChange. */
  set(text) {
    if (text === this.text) return;
    this.quiet = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.quiet = false;
  }

  /** Shows findings of the service; lang is "zh" or "en". */
  findings(list, lang) {
    const { doc } = this.view.state;
    this.view.dispatch(setDiagnostics(this.view.state, list.map((f) => {
      const from = offset(doc, f.start);
      return { from, to: Math.max(from, offset(doc, f.end)), severity: f.severity, message: f.message[lang] + (f.suggestion ? ` → ${f.suggestion}` : ""), source: f.code };
    })));
  }

  /** Puts the cursor to a place, in sight, and focuses the editor. */
  goTo({ line, column }) {
    const at = offset(this.view.state.doc, { line, column });
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
    this.view.focus();
  }

  find() {
    openSearchPanel(this.view);
  }

  close() {
    this.view.destroy();
  }
}

// The service counts characters, CodeMirror UTF-16 units.
function offset(doc, { line, column }) {
  const l = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const before = [...l.text].slice(0, Math.max(0, column - 1)).join("");
  return l.from + Math.min(before.length, l.length);
}
