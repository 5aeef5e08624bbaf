/**
 * Page and dialogue controls: the names of the Reply contract, done to the page
 * that the widget stands on.
 *
 * A portal marks what cannot be guessed: [data-tingdong-item] on the entries of
 * its lists, [data-tingdong-page="3"] on its pager, rel=prev, next, last, up,
 * home and alternate hreflang on its links.
 */
import { apply, display, ELDER_ZOOM, zoomBy, zoomTo } from "./display.js";
import * as dialogue from "./dialogue.js";
import { change, settings } from "./store.js";

const smooth = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

/** The page's own link for a relation (next, up, home …), or null. */
const related = (rel) => document.querySelector(`a[rel~="${rel}"][href]`) || document.querySelector(`link[rel~="${rel}"][href]`);

/** The text that reading aloud reads: the main part, without navigation. */
function readable() {
  const main = document.querySelector("main, [role=main], article") || document.body;
  return (main.innerText || "").trim();
}

/** The n-th entry of the page's list, n from 1, −1 the last; or undefined. */
export function pageItem(n) {
  const marked = document.querySelectorAll("[data-tingdong-item]");
  const list = marked.length ? marked : document.querySelectorAll("main li a[href]");
  const item = list[n < 0 ? list.length + n : n - 1];
  return item && (item.matches("a[href]") ? item : item.querySelector("a[href]"));
}

function pageLink(page) {
  const links = [...document.querySelectorAll("[data-tingdong-page]")];
  if (page > 0) return links.find((a) => Number(a.dataset.tingdongPage) === page);
  return links.sort((a, b) => b.dataset.tingdongPage - a.dataset.tingdongPage)[0];
}

/** The link to this page in another language, by its BCP 47 tag or the first part of it. */
function translation(tag) {
  const is = `[hreflang|="${CSS.escape(tag)}"][href]`;
  return document.querySelector(`a${is}`) || document.querySelector(`link[rel~=alternate]${is}`);
}

function scroll({ dir }) {
  const far = document.documentElement.scrollHeight;
  const step = Math.round(innerHeight * 0.8);
  const to = {
    up: { top: -step },
    down: { top: step },
    left: { left: -step },
    right: { left: step },
    top: { top: -far },
    bottom: { top: far },
  }[dir || "down"];
  if (!to) return null;
  scrollBy({ ...to, behavior: smooth() });
  return "";
}

function voice(host, some, text) {
  change(some);
  host.speaker.again();
  return text;
}

const round = (x) => Math.round(x * 100) / 100;
const clamp = (x, low, high) => round(Math.max(low, Math.min(high, x)));

/**
 * One function for each control: (host, args, t) → what to say; "" when the
 * page itself is the answer; null when it cannot be done here. host is an
 * Answers.
 */
const CONTROLS = {
  zoom_in: (_, __, t) => t.percent(zoomBy(+1)),
  zoom_out: (_, __, t) => t.percent(zoomBy(-1)),
  zoom_reset: (_, __, t) => t.percent(zoomTo(100)),
  zoom_set: (_, { percent }, t) => t.percent(zoomTo(percent)),
  contrast(_, { on }, t) {
    const contrast = on ?? !settings().contrast;
    display({ contrast });
    return contrast ? t.contrastOn : t.contrastOff;
  },
  elder_mode(_, { on = true }, t) {
    display(on ? { elder: true, zoom: ELDER_ZOOM } : { elder: false, zoom: 100 });
    return on ? t.elderOn : t.a11yOff;
  },
  a11y_on(host, _, t) {
    display({ zoom: ELDER_ZOOM, contrast: true, speak: true });
    return t.a11yOn;
  },
  a11y_off(host, _, t) {
    display({ zoom: 100, contrast: false, elder: false, speak: null });
    apply();
    return t.a11yOff;
  },
  read_start(host, _, t) {
    if (!host.speaker.able) return t.noVoice;
    return host.speaker.say(readable(), document.documentElement.lang || host.lang) ? { text: t.reading, quiet: true } : null;
  },
  read_stop(host, _, t) {
    host.speaker.stop();
    return { text: t.readEnd, quiet: true };
  },
  rate(host, { delta = 0 }, t) {
    const rate = clamp(settings().rate + Math.sign(delta) * 0.25, 0.5, 2);
    return voice(host, { rate }, { text: t.rate(rate), quiet: true });
  },
  volume(host, { delta = 0 }, t) {
    const volume = clamp(settings().volume + Math.sign(delta) * 0.2, 0.2, 1);
    return voice(host, { volume }, { text: t.volume(Math.round(volume * 100)), quiet: true });
  },
  scroll: (_, args) => scroll(args),
  scroll_top: () => scroll({ dir: "top" }),
  print: () => (setTimeout(print), ""), // after the answer is on the screen
  reload: () => (location.reload(), ""),
  history_back: () => (history.length > 1 ? (history.back(), "") : null),
  home: (host, _, t) => host.follow(related("home") || "/", t.home),
  up: (host, _, t) => host.follow(related("up") || new URL(location.pathname.endsWith("/") ? ".." : ".", location), t.up),
  prev_page: (host, _, t) => host.follow(related("prev"), t.prev),
  next_page: (host, _, t) => host.follow(related("next"), t.next),
  goto_page: (host, { page }, t) => host.follow(pageLink(page), t.pageNumber(page)),
  last_page: (host, _, t) => host.follow(related("last") || pageLink(), t.lastPage),
  open_item: (host, { index, url }) => host.openItem(index, url),
  lang: (host, { to }) => host.follow(translation(to) || translation(String(to).split("-")[0])),
  help: dialogue.help,
  exit: dialogue.exit,
  cancel: dialogue.cancel,
  confirm: dialogue.confirm,
  reject: dialogue.reject,
  pick: (host, { index }) => host.pick(index),
  repeat: dialogue.repeat,
};

/**
 * Does one control. Returns what to say as {text, quiet} (quiet: shown, not
 * spoken), or undefined when the control has shown its own answer.
 */
export function perform(control, host, t) {
  const { name, ...args } = control || {};
  const run = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : () => null;
  const said = run(host, args, t);
  if (said === undefined) return undefined;
  if (said === null) return { text: t.cannot };
  return typeof said === "string" ? { text: said || t.done } : said;
}
