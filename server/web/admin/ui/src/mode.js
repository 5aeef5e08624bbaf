/**
 * Syntax colours: YAML with the template language inside its texts, and test
 * scripts. Only what colours need is understood; what is right is said by the
 * service's own check.
 */
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";

const tokenTable = { key: tags.propertyName, text: tags.string, list: tags.variableName, rule: tags.typeName, sign: tags.operator, punct: tags.punctuation, word: tags.keyword, literal: tags.number, note: tags.comment, attr: tags.attributeName };

/** Colours come from the page's custom properties, so that they change with its theme. */
export const colours = syntaxHighlighting(HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--syn-key)", fontWeight: "600" },
  { tag: tags.string, color: "var(--syn-text)" },
  { tag: tags.variableName, color: "var(--syn-list)", fontWeight: "600" },
  { tag: tags.typeName, color: "var(--syn-rule)", fontWeight: "600" },
  { tag: tags.operator, color: "var(--syn-sign)", fontWeight: "700" },
  { tag: tags.punctuation, color: "var(--syn-punct)" },
  { tag: tags.keyword, color: "var(--syn-word)", fontWeight: "600" },
  { tag: tags.number, color: "var(--syn-literal)" },
  { tag: tags.attributeName, color: "var(--syn-rule)" },
  { tag: tags.comment, color: "var(--syn-note)", fontStyle: "italic" },
]));

// One token of a template: {list}, <rule>, a sign, or text up to the next.
function template(stream) {
  if (stream.match(/^[{｛][^}｝"]*[}｝]/)) return "list";
  if (stream.match(/^[<＜][^>＞"]*[>＞]/)) return "rule";
  if (stream.match(/^\\./)) return "text";
  if (stream.match(/^[()[\]|;（）【】｜；]/)) return "sign";
  return null;
}

function quoted(stream, state) {
  if (stream.eat(state.quote)) {
    state.quote = "";
    return "text";
  }
  const found = template(stream);
  if (found) return found;
  stream.next();
  stream.eatWhile((c) => c !== state.quote && !/[{｛<＜\\()[\]|;（）【】｜；]/.test(c));
  return "text";
}

function plain(stream, state) {
  if (state.flow && /[,\]}]/.test(stream.peek())) {
    state.plain = false;
    return yaml(stream, state);
  }
  if (stream.match(/^\s+#.*/)) return "note";
  const found = state.flow ? null : template(stream);
  if (found) return found;
  stream.next();
  stream.eatWhile(state.flow ? /[^,\]}\s]/ : /[^{｛<＜\\()[\]|;（）【】｜；\s]/);
  return "text";
}

function yaml(stream, state) {
  if (stream.sol()) state.plain = false;
  if (state.quote) return quoted(stream, state);
  if (state.plain && !stream.sol()) return plain(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "note";
  if (stream.match(/^(?:"[^"]*"|'[^']*'|[^\s"'#:{}[\],|<([][^:#{}[\],"]*?)(?=\s*:(?:\s|$))/)) return "key";
  if (stream.match(/^-(?=\s|$)/) || stream.eat(":") || stream.eat(",")) return "punct";
  if (stream.match(/^[[{]/)) return state.flow++, "punct";
  if (stream.match(/^[\]}]/)) return (state.flow = Math.max(0, state.flow - 1)), "punct";
  const quote = stream.eat(/["']/);
  if (quote) return (state.quote = quote), "text";
  if (stream.match(/^(?:-?\d+(?:\.\d+)?|true|false|null|~)(?=\s*(?:[,\]}#]|$))/)) return "literal";
  state.plain = true;
  return plain(stream, state);
}

/** Grammars, column tables and pins. */
export const yamlMode = StreamLanguage.define({
  name: "tingdong-yaml",
  startState: () => ({ flow: 0, quote: "", plain: false }),
  token: yaml,
  tokenTable,
  languageData: { commentTokens: { line: "#" } },
});

/** Test scripts, see docs/grammar-tests.md. */
export const scriptMode = StreamLanguage.define({
  name: "tingdong-script",
  startState: () => ({ expect: false }),
  token(stream, state) {
    if (stream.sol()) {
      state.expect = /^\s/.test(stream.string);
      if (stream.match(/^\s*#.*/)) return "note";
      if (stream.eat("+")) return "sign";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(/^@[\w-]*(=\S*)?/)) return "attr";
    if (state.expect && stream.match(/^(not|navigate|control|search|clarify|none|intent|slot|say)\b/)) return "word";
    stream.next();
    stream.eatWhile(/\S/);
    return state.expect ? "list" : "text";
  },
  tokenTable,
  languageData: { commentTokens: { line: "#" } },
});
