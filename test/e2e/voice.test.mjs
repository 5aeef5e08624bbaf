// What a visitor says into a real browser's microphone, and where that leads.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { launch, Visitor } from "./lib/browser.mjs";
import { openLine } from "./lib/line.mjs";
import { startServer } from "./lib/server.mjs";
import { haveWords, human, synthetic } from "./lib/speech.mjs";

const options = { timeout: 60_000 };
const PHRASES = {
  education: "da3 kai1 jiao4 yu4 ju2", // 打开教育局: a column
  fund: "gong1 ji1 jin1 zen3 me5 ti2 qu3", // 公积金怎么提取: no column, the pages know
  second: "da3 kai1 di4 er4 ge4", // 打开第二个
  first: "di4 yi1 ge4", // 第一个
  larger: "fang4 da4 zi4 ti3", // 放大字体
  // ten seconds without a pause: the service cannot find its end before the visitor does
  long: "gong1 ji1 jin1 zen3 me5 ti2 qu3 ".repeat(5),
};

describe("voice", () => {
  let server;
  const wav = {};
  before(async () => {
    server = await startServer();
    for (const [name, pinyin] of Object.entries(PHRASES)) wav[name] = await synthetic(pinyin, name);
  }, { timeout: 90_000 });
  after(() => server.stop());

  // Runs a scene with a browser that hears one file, and checks at its end that
  // no script failed and the microphone is off.
  async function scene(file, play, { url = server.url, ...more } = {}) {
    const browser = await launch({ wav: file });
    try {
      const v = await Visitor.open(browser, url, more);
      await play(v);
      assert.deepEqual(v.errors, []);
    } finally {
      await browser.close();
    }
  }

  const speak = (v) => v.part(".voice").click();

  test("a column's name opens the column", options, () => scene(wav.education, async (v) => {
    await speak(v);
    const { reply } = await v.event("reply");
    assert.equal(reply.action, "navigate", JSON.stringify(reply));
    assert.equal(reply.column.id, "jyj");
    await v.page.waitForURL("**/cn/jg/jyj/");
    assert.match(await v.page.locator("h1").first().textContent(), /教育局/);
    await v.state("answered"); // the widget of the new page says where one is
    assert.match(await v.live(), /教育局/);
  }));

  test("a human voice, words joined", { ...options, skip: haveWords ? false : "the shared recordings are not there" }, async () => {
    const file = await human(["企业", "服务"], "human");
    await scene(file, async (v) => {
      await speak(v);
      const { reply } = await v.event("reply");
      assert.equal(reply.column?.id, "qyfw", JSON.stringify(reply));
      await v.page.waitForURL("**/cn/qyfw/");
    });
  });

  test("answers are read out, and never while it listens", options, () => scene(wav.fund, async (v) => {
    await v.part(".type").click();
    await v.part("#q").fill("放大字体");
    await v.part("#q").press("Enter");
    await v.state("answered");
    await v.page.waitForFunction(() => window.voiced.length > 0);
    await v.part(".mic").click();
    await v.event("search");
    await v.page.waitForFunction(() => window.voiced.length > 1);
    const { voiced, silenced } = await v.page.evaluate(() => ({ voiced: window.voiced, silenced: window.silenced }));
    assert.deepEqual(voiced.map((x) => x.state), ["answered", "answered"]);
    assert.match(voiced[1].text, /\d+/, "how much was found");
    assert.ok(silenced.includes("asking"), `silent before the microphone opens; cancelled in ${silenced}`);
  }, {
    // The browser's own voice, with a note of what it is told and in which state of the widget.
    init: () => {
      localStorage.setItem("tingdong.settings", '{"noticed":true,"speak":true}');
      window.voiced = [];
      window.silenced = [];
      const { speak, cancel } = speechSynthesis;
      const state = () => document.querySelector("tingdong-voice").dataset.state;
      speechSynthesis.speak = (u) => (window.voiced.push({ text: u.text, state: state() }), speak.call(speechSynthesis, u));
      speechSynthesis.cancel = () => (window.silenced.push(state()), cancel.call(speechSynthesis));
    },
  }));

  test("the countdown can be cancelled", options, () => scene(wav.education, async (v) => {
    const before = v.page.url();
    await speak(v);
    await v.part(".cancel").click();
    await v.state("answered");
    assert.match(await v.live(), /取消/);
    assert.equal(v.page.url(), before);
    assert.equal(await v.part(".seconds").count(), 0, "nothing waits any more");
  }, { delay: 60_000 }));

  test("what no column has is searched, and 打开第二个 opens the second result", options, async () => {
    const file = wav.fund.replace(/fund\.wav$/, "turns.wav");
    await copyFile(wav.fund, file);
    await scene(file, async (v) => {
      await speak(v);
      const { reply } = await v.event("reply");
      assert.equal(reply.action, "search", JSON.stringify(reply));
      const links = v.part(".results ol a");
      await links.first().waitFor();
      assert.ok((await links.count()) >= 2);
      assert.equal(await v.page.evaluate(() => document.querySelector("tingdong-voice").shadowRoot.activeElement.tagName), "H3", "the focus is on the results' heading");
      const second = await links.nth(1).getAttribute("href");
      await copyFile(wav.second, file); // the next thing that the microphone hears
      const seen = v.events.length;
      await v.part(".mic").click();
      const next = (await v.event("reply", seen)).reply;
      assert.equal(next.control?.name, "open_item", JSON.stringify(next));
      await v.page.waitForURL(second);
    });
  });

  test("放大字体 makes the text larger, on the next page too", options, () => scene(wav.larger, async (v) => {
    const height = () => v.page.locator("h1, h2").first().evaluate((el) => el.getBoundingClientRect().height);
    const small = await height();
    await speak(v);
    assert.equal((await v.event("reply")).reply.control?.name, "zoom_in");
    await v.state("answered");
    assert.ok((await height()) > small * 1.1, `${await height()} px after, ${small} px before`);
    await v.page.reload();
    await v.part(".voice").waitFor();
    assert.ok((await height()) > small * 1.1);
  }));

  test("said in doubt, asked back, 第一个", options, () => scene(wav.first, async (v) => {
    await v.part(".type").click();
    await v.part("#q").fill("医院");
    await v.page.keyboard.press("Enter");
    const asked = (await v.event("reply")).reply;
    assert.equal(asked.action, "clarify", JSON.stringify(asked));
    assert.equal(await v.part(".choice").count(), asked.choices.length);
    const seen = v.events.length;
    await v.part(".mic").click();
    const taken = (await v.event("reply", seen)).reply;
    assert.equal(taken.column?.id, asked.choices[0].column.id, JSON.stringify(taken));
    await v.page.waitForURL(`**${asked.choices[0].column.url}`);
  }));

  test("the line is cut in the middle of the sentence, nothing is lost", options, async () => {
    const line = await openLine(server.url, { cutAfter: 56_000 }); // 1.75 s: the second of silence, and 打开教
    try {
      await scene(wav.education, async (v) => {
        await speak(v);
        const { reply } = await v.event("reply");
        assert.equal(reply.column?.id, "jyj", JSON.stringify(reply));
        assert.equal(line.cuts, 1);
        await v.micOff();
      }, { url: line.url, delay: 60_000 });
    } finally {
      await line.close();
    }
  });

  test("a screen reader hears states and the final text, not every partial", options, () => scene(wav.education, async (v) => {
    await v.page.evaluate(() => {
      const live = document.querySelector("tingdong-voice").shadowRoot.querySelector("[role=status]");
      window.told = [];
      new MutationObserver(() => window.told.push(live.textContent)).observe(live, { childList: true });
    });
    await speak(v);
    const { reply } = await v.event("reply");
    const told = await v.page.evaluate(() => window.told);
    assert.ok(told.includes("正在听，请说") && told.includes("正在理解"), told.join(" | "));
    assert.ok(told.some((t) => t.startsWith("听到：")), told.join(" | "));
    assert.ok(told.length <= 6, told.join(" | "));
    assert.match(told.at(-1), new RegExp(reply.column.name));
  }, { delay: 60_000 }));

  test("tapping again says that one has finished", options, () => scene(wav.long, async (v) => {
    await speak(v);
    await v.part(".heard:not(:empty)").waitFor();
    await v.part(".mic").click();
    await v.micOff();
    await v.event("reply");
  }));

  test("Escape drops the sentence and the microphone", options, () => scene(wav.long, async (v) => {
    await speak(v);
    await v.state("listening");
    await v.page.keyboard.press("Escape");
    await v.state("idle");
    await v.micOff();
    assert.equal(v.events.some((e) => e.name === "reply"), false);
  }));
});
