/** Two texts side by side, or one below the other where there is little room. */
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { basics, shadowHost } from "./editor.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

const paint = EditorView.theme({
  ".cm-changedLine, &.cm-merge-b .cm-changedLine": { backgroundColor: "var(--added) !important" },
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--removed) !important" },
  ".cm-changedText, &.cm-merge-b .cm-changedText": { background: "none !important", textDecoration: "underline 2px var(--good)" },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": { background: "none !important", textDecoration: "underline 2px var(--bad)" },
  ".cm-collapsedLines": { color: "var(--ink)", background: "var(--well)", padding: "0.2rem 1rem" },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: "none !important" }, // signs that few fonts have
  ".cm-deletedLine, .cm-deletedLine del": { textDecoration: "none" },
  ".cm-insertedLine, .cm-insertedLine ins": { textDecoration: "none" },
});

/** Shows how a became b: {el, close()}. labels name the two. */
export function diffView(a, b, [labelA, labelB], mode) {
  const { host, root, parent } = shadowHost("diff");
  const extensions = (label) => [basics(mode, label), paint, EditorState.readOnly.of(true), EditorView.editable.of(false)];
  const collapseUnchanged = { margin: 2, minSize: 4 };
  const wide = matchMedia("(min-width: 60rem)").matches;
  const view = wide
    ? new MergeView({ a: { doc: a, extensions: extensions(labelA) }, b: { doc: b, extensions: extensions(labelB) }, root, parent, collapseUnchanged, gutter: true })
    : new EditorView({ doc: b, root, parent, extensions: [extensions(`${labelA} → ${labelB}`), unifiedMergeView({ original: a, mergeControls: false, collapseUnchanged })] });
  const head = h("p", { class: "diff-head" }, h("span", { class: "was" }, "− ", labelA), h("span", { class: "is" }, "+ ", labelB));
  const same = a === b && h("p", { class: "note" }, t("diff.same"));
  return { el: h("div", { class: "diff-box" }, head, same, host), close: () => view.destroy() };
}
