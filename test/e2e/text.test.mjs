// The same by keyboard: typing is worth as much as speaking.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, Visitor } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";

const options = { timeout: 60_000 };

describe("text", () => {
  let server, browser;
  before(async () => {
    server = await startServer();
    browser = await launch();
  }, { timeout: 90_000 });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function visit(path, play, more) {
    const v = await Visitor.open(browser, server.url + path, more);
    try {
      await play(v);
      assert.deepEqual(v.errors, []);
    } finally {
      await v.close();
    }
  }

  // Asks in the text box; resolves to the Reply.
  async function ask(v, text) {
    const seen = v.events.length;
    await v.part("#q").fill(text);
    await v.part("#q").press("Enter");
    return (await v.event("reply", seen)).reply;
  }

  test("only the keyboard: to the button, type, open", options, () => visit("/", async (v) => {
    const { keyboard } = v.page;
    const inner = () => v.page.evaluate(() => document.querySelector("tingdong-voice").shadowRoot.activeElement?.className);
    await v.page.evaluate(() => document.querySelector("tingdong-voice").previousElementSibling?.scrollIntoView());
    for (let i = 0; (await inner()) !== "launch type"; i++) {
      assert.ok(i < 400, "Tab never reached the widget");
      await keyboard.press("Tab");
    }
    await keyboard.press("Enter");
    await keyboard.type("找一下教育局");
    await keyboard.press("Enter");
    assert.equal((await v.event("reply")).reply.column?.id, "jyj");
    await v.page.waitForURL("**/cn/jg/jyj/");
  }));

  test("我要投诉 keeps what about", options, () => visit("/", async (v) => {
    await v.part(".type").click();
    const reply = await ask(v, "我要投诉物业乱收费");
    assert.equal(reply.column?.id, "tsjb");
    assert.match(reply.slots.subject, /物业/);
    await v.page.waitForURL("**/cn/hdjl/tsjb/**");
    await v.page.waitForFunction(() => /物业/.test(document.querySelector("main form [name=subject]")?.value));
  }));

  test("asked back, a choice is typed or clicked", options, () => visit("/", async (v) => {
    await v.part(".type").click();
    const asked = await ask(v, "医院");
    assert.equal(asked.action, "clarify", JSON.stringify(asked));
    for (const { label } of asked.choices) assert.ok((await v.live()).includes(label), "the choices are read out, too");
    const taken = await ask(v, "第一个");
    assert.equal(taken.column?.id, asked.choices[0].column.id, JSON.stringify(taken));
    const told = v.page.waitForRequest("**/v1/events"); // that this was not what was meant
    await v.page.keyboard.press("Escape");
    assert.deepEqual((await told).postDataJSON(), { type: "cancel", column: taken.column.id, lang: "zh-CN" });
    const again = await ask(v, "医院");
    await v.part(".choice").nth(1).click();
    await v.part(".card .main").click();
    await v.page.waitForURL(`**${again.choices[1].column.url}`);
  }, { delay: 60_000 }));

  test("search results: marked, dated, counted; a click is an event that a page may stop", options, () => visit("/", async (v) => {
    await v.part(".type").click();
    const reply = await ask(v, "公积金怎么提取");
    assert.equal(reply.action, "search", JSON.stringify(reply));
    assert.ok((await v.part(".results mark").count()) > 0);
    assert.match(await v.part(".results h3").textContent(), new RegExp(`${reply.search.total}`));
    await v.page.evaluate(() => document.addEventListener("tingdong:navigate", (e) => e.preventDefault(), { once: true }));
    const before = v.page.url();
    const counted = v.page.waitForResponse("**/v1/events");
    await v.part(".results ol a").first().click();
    assert.equal((await counted).status(), 204);
    assert.equal(v.page.url(), before);
  }));

  test("suggestions by arrow keys", options, () => visit("/", async (v) => {
    await v.part(".type").click();
    await v.part("#q").pressSequentially("教育");
    await v.part("[role=option]").first().waitFor();
    await v.page.keyboard.press("ArrowDown");
    const text = await v.part("[role=option][aria-selected=true]").textContent();
    await v.page.keyboard.press("Enter");
    assert.equal((await v.event("reply")).reply.utterance, text);
  }));

  test("in English", options, () => visit("/en/", async (v) => {
    assert.equal(await v.part(".voice span").textContent(), "Voice");
    await v.part(".type").click();
    const reply = await ask(v, "visa extension");
    assert.equal(reply.column?.id, "en-visa", JSON.stringify(reply));
    assert.match(await v.part(".status").textContent(), /^About to open/);
    assert.match(await v.live(), /^About to open.*Opens in 60 s.*Escape/);
    await v.part(".card .main").click();
    await v.page.waitForURL("**/en/services/visa/");
  }, { delay: 60_000 }));

  test("the page's own controls", options, () => visit("/", async (v) => {
    await v.part(".type").click();
    const zoom = () => v.page.evaluate(() => document.body.style.zoom);
    const html = (name) => v.page.evaluate((n) => document.documentElement.hasAttribute(`data-tingdong-${n}`), name);
    await ask(v, "字体放大到150%");
    assert.equal(await zoom(), "1.5");
    await ask(v, "字体恢复正常");
    assert.equal(await zoom(), "");
    await ask(v, "高对比度");
    assert.equal(await html("contrast"), true);
    await ask(v, "关闭无障碍");
    assert.equal(await html("contrast"), false);
    await ask(v, "长辈版");
    assert.equal(await html("elder"), true);
    const before = await v.page.evaluate(() => scrollY);
    await ask(v, "向下滚动");
    await v.page.waitForFunction((y) => scrollY > y, before);
    await ask(v, "回到顶部");
    await v.page.waitForFunction(() => scrollY === 0);
    await ask(v, "退出");
    await v.state("idle");
    assert.equal(await v.part(".panel").isHidden(), true);
  }));

  test("a portal may take over a step", options, () => visit("/", async (v) => {
    await v.page.evaluate(() => document.addEventListener("tingdong:control", (e) => e.preventDefault()));
    await v.part(".type").click();
    await ask(v, "放大字体");
    await v.state("answered");
    assert.equal(await v.page.evaluate(() => document.body.style.zoom), "");
  }));

  test("the privacy notice comes before the first use, once", options, () => visit("/", async (v) => {
    await v.part(".voice").click();
    await v.state("notice");
    assert.match(await v.part(".card p").textContent(), /不保存录音/);
    const read = await v.part(".card .main").evaluate((el) => el === el.getRootNode().activeElement && el.getRootNode().getElementById(el.getAttribute("aria-describedby")).textContent);
    assert.match(String(read), /不保存录音/, "who hears the button hears the notice");
    await v.part(".card .main").click();
    assert.equal((await v.event("error")).code, "no_microphone"); // this browser has none
    assert.match(await v.live(), /没有找到麦克风.*打字/);
    await v.part(".shut").click();
    await v.part(".voice").click();
    await v.state("error");
  }, { noticed: false }));

  test("what a document contains never becomes an element", options, () => visit("/", async (v) => {
    const found = await v.page.evaluate(async () => {
      const { marked } = await import("/widget/dom.js");
      const p = document.createElement("p");
      p.append(...marked('a <mark>b</mark> &lt;img src=x&gt; <img src=x onerror="window.hit=1"> &amp;lt;'));
      return { tags: [...p.querySelectorAll("*")].map((e) => e.tagName), text: p.textContent };
    });
    assert.deepEqual(found.tags, ["MARK"]);
    assert.equal(found.text, 'a b <img src=x> <img src=x onerror="window.hit=1"> &lt;');
  }));
});
