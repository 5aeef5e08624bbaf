/**
 * The widget's texts. A visitor's browser fetches one language: the table is
 * imported when it is first needed. All tables have the same keys.
 */
const TABLES = {
  "zh-CN": () => import("./strings-zh-cn.js"),
  "zh-Hant": () => import("./strings-zh-hant.js"),
  en: () => import("./strings-en.js"),
};

/** The table's name for a BCP 47 tag: en, zh-Hant, or zh-CN for all else. */
export function table(lang) {
  const tag = String(lang || "").toLowerCase();
  if (/^en\b/.test(tag)) return "en";
  return /^zh-(hant|tw|hk|mo)\b/.test(tag) ? "zh-Hant" : "zh-CN";
}

/** Resolves to the texts for a BCP 47 tag. */
export async function strings(lang) {
  return (await TABLES[table(lang)]()).default;
}
