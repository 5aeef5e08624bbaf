/**
 * The column table as text and as rows. A change touches the text of its own
 * row only: comments, order and everybody else's lines stay as they are.
 */
import { isMap, isSeq, parseDocument } from "yaml";

const PLAIN = /^[\p{L}\p{N}/_.][\p{L}\p{N}/_.·-]*$/u;
const NUMERIC = /^(?:[-+.\d].*|true|false|null|yes|no|on|off|y|n)$/i;
const scalar = (s) => (PLAIN.test(s) && !NUMERIC.test(s) ? s : JSON.stringify(s));

/** One row as YAML, in the form of the shipped table. */
export function rowText(c) {
  const parts = [`id: ${scalar(c.id)}`, `name: ${JSON.stringify(c.name)}`];
  if (c.lang) parts.push(`lang: ${scalar(c.lang)}`);
  parts.push(`url: ${scalar(c.url)}`);
  if (c.aliases?.length) parts.push(`aliases: [${c.aliases.map((a) => JSON.stringify(a)).join(", ")}]`);
  if (c.roles?.length) parts.push(`roles: [${c.roles.map(scalar).join(", ")}]`);
  if (c.parent) parts.push(`parent: ${scalar(c.parent)}`);
  return `{${parts.join(", ")}}`;
}

/** Reads a table: {rows: [{column, from, to, fields: {name: [from, to]}}]}, or null when it cannot be read. */
export function readTable(text) {
  const doc = parseDocument(text);
  const list = doc.errors.length ? null : isMap(doc.contents) ? doc.get("columns") : doc.contents;
  if (list == null) return text.trim() ? null : { rows: [] };
  if (!isSeq(list) || list.items.some((i) => !isMap(i))) return null;
  const place = ({ key, value }) => [String(key?.value ?? key), [key?.range?.[0] ?? 0, value?.range?.[1] ?? key?.range?.[1] ?? 0]];
  const rows = list.items.map((item) => ({ column: item.toJSON(), from: item.range[0], to: item.range[1], fields: Object.fromEntries(item.items.map(place)) }));
  return { rows };
}

/** The text with row i replaced. */
export const replaceRow = (text, { from, to }, column) => {
  const old = text.slice(from, to);
  return text.slice(0, from) + rowText(column) + old.slice(old.trimEnd().length) + text.slice(to);
};

/** The offset of a place that the service names by line and column, in characters. */
export function offsetOf(text, { line, column }) {
  let at = 0;
  for (let i = 1; i < line && text.indexOf("\n", at) >= 0; i++) at = text.indexOf("\n", at) + 1;
  return at + [...text.slice(at, at + 2 * column)].slice(0, column - 1).join("").length;
}

const lineStart = (text, at) => text.lastIndexOf("\n", at - 1) + 1;
const lineEnd = (text, at) => (text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at) + 1);

/** The text without a row, with its whole lines. */
export function removeRow(text, { from, to }) {
  const end = from + text.slice(from, to).trimEnd().length;
  return text.slice(0, lineStart(text, from)) + text.slice(lineEnd(text, end));
}

/** The text with a row behind another one, or at the end. */
export function addRow(text, after, column) {
  if (!after) return `${text.trim() ? text.replace(/\n?$/, "\n") : "columns:\n"}  - ${rowText(column)}\n`;
  const end = after.from + text.slice(after.from, after.to).trimEnd().length;
  const at = lineEnd(text, end);
  const indent = /^[ \t]*/.exec(text.slice(lineStart(text, after.from)))[0];
  return text.slice(0, at).replace(/\n?$/, "\n") + `${indent}- ${rowText(column)}\n` + text.slice(at);
}
