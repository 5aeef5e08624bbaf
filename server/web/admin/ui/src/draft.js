/**
 * A text that is being edited: the revision it was made from, what was
 * changed, and publishing it. What is not published yet survives a reload of
 * the tab, and nothing else.
 */
import { getJSON, getText, post, put } from "./api.js";

const stored = (path) => `tingdong.draft.${path}`;

export class Draft extends EventTarget {
  /** path: below /v1/admin/; kind and key: how the workbench names it. */
  constructor(path, kind, key) {
    super();
    Object.assign(this, { path, kind, key, base: "", revision: 0, text: "" });
  }

  static grammar = (key) => new Draft(`grammars/${key}`, "grammars", key);
  static columns = () => new Draft("columns/portal", "columns", "portal");
  static setting = (key) => new Draft(key, "settings", key);
  static script = (key) => new Draft(`scripts/${key}`, "settings", `script-${key}`);

  async load() {
    const { text, revision } = await getText(this.path);
    this.base = this.text = text;
    this.revision = revision;
    const kept = JSON.parse(sessionStorage.getItem(stored(this.path)) || "null");
    if (kept) [this.text, this.behind] = [kept.text, kept.revision !== revision];
    return this;
  }

  get dirty() {
    return this.text !== this.base;
  }

  set(text, from) {
    if (text === this.text) return;
    this.text = text;
    if (this.dirty) sessionStorage.setItem(stored(this.path), JSON.stringify({ text, revision: this.revision }));
    else sessionStorage.removeItem(stored(this.path));
    this.dispatchEvent(Object.assign(new Event("change"), { from }));
  }

  discard() {
    this.set(this.base);
  }

  /** The draft as the workbench takes it; without changes the published one. */
  body() {
    return this.dirty ? { kind: this.kind, key: this.key, text: this.text } : { key: this.key };
  }

  check(signal) {
    return post("check", { kind: this.kind, key: this.key, text: this.text }, signal);
  }

  async publish(message) {
    this.revision = await put(this.path, this.text, this.revision, message);
    this.base = this.text;
    sessionStorage.removeItem(stored(this.path));
    this.dispatchEvent(new Event("change"));
    this.dispatchEvent(new Event("published"));
  }

  /** Goes on from a newer revision with the same changed text. */
  rebase(text, revision) {
    this.base = text;
    this.revision = revision;
    this.dispatchEvent(new Event("change"));
  }

  newest() {
    return getText(this.path);
  }

  /** Kept revisions, newest first. */
  async history() {
    return (await getJSON(`${this.path}/history`)).history.reverse();
  }

  async old(revision) {
    return (await getText(`${this.path}?revision=${revision}`)).text;
  }
}
