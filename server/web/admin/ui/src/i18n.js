/** The console's texts in two languages; both tables have the same keys. */
import en from "./strings-en.js";
import zh from "./strings-zh.js";

const TABLES = { zh, en };
const KEY = "tingdong.console.lang";

/** "zh" or "en". */
export let lang = localStorage.getItem(KEY) || (/^zh/i.test(navigator.language) ? "zh" : "en");

export function setLang(value) {
  lang = value;
  localStorage.setItem(KEY, value);
}

/** A text; {name} in it is replaced from values. */
export function t(key, values) {
  const text = TABLES[lang][key];
  if (text === undefined) throw new Error(`no text ${key}`);
  return values ? text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all) : text;
}

/** The editor's own texts. */
export const phrases = () => (lang === "zh" ? zh.editor : {});

/** A time as people of the language write it. */
export const when = (iso) => new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

export const count = (n) => new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB").format(n);

/** What went wrong, for people. */
export function trouble(err) {
  const own = TABLES[lang][`error.${err.code}`];
  return own || err.message || String(err);
}
