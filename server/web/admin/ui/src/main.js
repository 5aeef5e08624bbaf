/** The console: sign-in, frame, and one page at a time by the address behind #. */
import { getJSON, onSignedOut, Problem, token } from "./api.js";
import { button, field, fill, h } from "./dom.js";
import { lang, setLang, t, trouble } from "./i18n.js";

// Each is fetched when it is first opened: signing in must not wait for the editor.
const PAGES = {
  commands: () => import("./pages/commands.js").then((m) => m.commands),
  columns: () => import("./pages/columns.js").then((m) => m.columns),
  synonyms: () => import("./pages/synonyms.js").then((m) => m.synonyms),
  pins: () => import("./pages/pins.js").then((m) => m.pins),
  words: () => import("./pages/words.js").then((m) => m.words),
  import: () => import("./pages/import.js").then((m) => m.importPage),
  insights: () => import("./pages/insights.js").then((m) => m.insights),
};
const THEME = "tingdong.console.theme";

let session; // {role, speech} of the token
let page; // the open one: {el, close()}
let turn = 0; // a page that loads slowly must not replace a later one

function applyTheme(value) {
  localStorage.setItem(THEME, value);
  if (value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
}

function preferences() {
  const theme = h("select", { "aria-label": t("theme"), onchange: (e) => applyTheme(e.target.value) },
    ["auto", "light", "dark"].map((v) => h("option", { value: v, selected: v === (localStorage.getItem(THEME) || "auto") }, t(`theme.${v}`))));
  const other = button(t("language"), () => {
    setLang(lang === "zh" ? "en" : "zh");
    draw();
    document.querySelector("#language")?.focus();
  }, { id: "language", lang: lang === "zh" ? "en" : "zh-CN", class: "quiet" });
  return [theme, other];
}

const brand = () => h("a", { class: "brand", href: "#/commands" }, h("img", { src: "/admin/mark.svg", alt: "", width: "36", height: "36" }), h("span", null, h("strong", null, t("brand")), " ", t("console")));

const sayBox = () => h("div", { id: "say", role: "status", "aria-live": "polite" });

function signIn(note) {
  page?.close?.();
  page = null;
  const input = h("input", { type: "password", autocomplete: "off", spellcheck: "false", required: true, "aria-required": "true" });
  const wrong = h("p", { role: "alert", class: "form-error" }, note);
  const go = h("button", { class: "primary" }, t("in.go"));
  const submit = async (e) => {
    e.preventDefault();
    const secret = input.value.trim();
    if (!secret) return fill(wrong, t("in.empty")), input.focus();
    go.disabled = true;
    token.set(secret);
    try {
      session = await getJSON("session");
      draw();
    } catch (err) {
      token.set("");
      fill(wrong, err.code === "unauthorized" ? t("in.wrong") : trouble(err));
      go.disabled = false;
      input.focus();
    }
  };
  fill(document.body, h("header", { class: "top" }, brand(), h("div", { class: "row prefs" }, preferences())), sayBox(),
    h("main", { class: "sign-in" }, h("form", { class: "card", onsubmit: submit, novalidate: true },
      h("h1", { tabindex: "-1" }, t("in.title")), field(t("in.token"), input, t("in.hint")), wrong, h("p", null, go)),
    h("p", null, h("a", { href: "/" }, t("back")))));
  document.title = `${t("in.title")} · ${t("brand")}`;
  input.focus();
}

function signOut(note) {
  token.set("");
  session = null;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("tingdong.draft.")) sessionStorage.removeItem(key);
  signIn(note);
}

const place = () => {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { name: PAGES[name] ? name : "commands", rest };
};

function frame() {
  const links = Object.keys(PAGES).map((name) => h("li", null, h("a", { href: `#/${name}`, "data-page": name }, t(`nav.${name}`))));
  fill(document.body, h("a", { class: "skip", href: "#main", onclick: (e) => (e.preventDefault(), document.querySelector("h1")?.focus()) }, t("skip")),
    h("header", { class: "top" }, brand(), h("div", { class: "row prefs" }, preferences(),
      h("span", { class: "role" }, t(`role.${session.role}`)), button(t("signout"), () => signOut(), { class: "quiet" }))),
    h("nav", { class: "side", "aria-label": t("nav") }, h("ul", null, links), h("p", null, h("a", { href: "/" }, t("back")))),
    h("main", { id: "main", tabindex: "-1" }, sayBox(), h("div", { id: "page" })));
}

async function open(focus) {
  const { name, rest } = place();
  const mine = ++turn;
  page?.close?.();
  page = null;
  document.querySelectorAll("nav a[data-page]").forEach((a) => (a.dataset.page === name ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current")));
  document.title = `${t(`nav.${name}`)} · ${t("brand")} ${t("console")}`;
  const box = document.querySelector("#page");
  const title = h("h1", { tabindex: "-1" }, t(`${name}.title`));
  fill(document.querySelector("#say"));
  fill(box, title, h("p", { role: "status" }, t("loading")));
  if (focus) title.focus();
  try {
    const build = await PAGES[name]().catch(() => { throw new Problem(0); });
    const opened = mine === turn && (await build({ ...session, rest, reopen: () => open(true) }));
    if (mine !== turn) return opened?.close?.();
    page = opened;
    box.lastChild.remove();
    box.append(session.role === "viewer" ? h("p", { class: "say note" }, t("role.only")) : "", opened.el);
  } catch (err) {
    if (mine !== turn || !session) return;
    fill(box, title, h("p", { class: "say bad", role: "alert" }, trouble(err)), h("p", null, button(t("retry"), () => open(true))));
  }
}

function draw() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  if (!session) return signIn();
  frame();
  open(true);
}

async function start() {
  applyTheme(localStorage.getItem(THEME) || "auto");
  onSignedOut(() => session && signOut(t("in.ended")));
  addEventListener("hashchange", () => session && open(true));
  if (token.get()) session = await getJSON("session").catch(() => null);
  draw();
}

start();
