// The administrators' console, as an administrator uses it.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { launch } from "./lib/browser.mjs";
import { Desk } from "./lib/console.mjs";
import { startServer } from "./lib/server.mjs";
import { synthetic } from "./lib/speech.mjs";

const options = { timeout: 120_000 };
const PAGES = ["commands", "columns", "synonyms", "pins", "words", "import", "insights"];

describe("console", () => {
  let server, browser, tokens;
  before(async () => {
    server = await startServer();
    browser = await launch({ wav: await synthetic("jiao4 yu4 ju2", "console") });
    tokens = { viewer: await server.token("viewer"), editor: await server.token("editor"), publisher: await server.token("publisher") };
  }, { timeout: 90_000 });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = (role, more) => Desk.open(browser, server.url, { token: tokens[role], ...more });
  const api = async (path, o = {}) => {
    const res = await fetch(`${server.url}/v1/admin/${path}`, { ...o, headers: { Authorization: `Bearer ${tokens.publisher}`, ...o.headers } });
    return { status: res.status, text: await res.text(), revision: Number((res.headers.get("etag") || "").replace(/\D/g, "")) };
  };
  const put = (path, body, revision) => api(path, { method: "PUT", body, headers: revision === undefined ? {} : { "If-Match": `"${revision}"` } });
  const ask = async (q) => (await fetch(`${server.url}/v1/ask?${new URLSearchParams({ q, lang: "zh-CN" })}`)).json();
  // What is saved serves as soon as the service's view has seen it.
  async function until(what, holds) {
    for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((next) => setTimeout(next, 50))) if (await holds()) return;
    assert.fail(`not within 20 s: ${what}`);
  }
  // Runs f with a desk, which must end without an error of a script or the policy.
  async function atDesk(role, more, f) {
    const d = await open(role, more);
    try {
      await f(d, d.page);
      assert.deepEqual(d.errors, []);
    } finally {
      await d.close();
    }
  }
  const publish = async (d, message = "") => {
    await d.button("发布…").first().click();
    const go = d.page.locator("dialog button.primary");
    await d.page.waitForFunction(() => document.querySelector("dialog button.primary")?.disabled === false);
    await d.page.locator("dialog input[type=text]").fill(message);
    await go.click();
    await d.say("已发布为第");
  };
  const grammar = (line, route) => `language: zh-CN\nsettings: {ignore_whitespace: true}\nlists: {column: {}}\nrules:\n  go: (打开|进入)\nintents:\n  OpenColumn: {data: [{sentences: ["<go>{column}", "{column}"]}]}\n  Trip:\n    data:\n      - sentences: ["${line}"]\n        route: ${route}\n`;

  test("the policy is strict, and the pages keep to it", options, async () => {
    const res = await fetch(server.url + "/admin/");
    const policy = res.headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'.*script-src 'self';.*style-src 'self';.*require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.doesNotMatch(await res.text(), /<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/);
  });

  test("signing in: a wrong token, a right one, a reload, signing out", options, async () => {
    const d = await Desk.open(browser, server.url);
    const scripts = () => d.page.evaluate(() => performance.getEntriesByType("resource").filter((e) => e.name.endsWith(".js")).reduce((sum, e) => sum + e.encodedBodySize, 0));
    assert.ok((await scripts()) < 20_000, `${await scripts()} bytes of script before anybody has signed in`);
    await d.page.locator("input[type=password]").fill("td_WRONG");
    await d.page.keyboard.press("Enter");
    await d.page.getByRole("alert").filter({ hasText: "这个口令不对" }).waitFor();
    await d.signIn(tokens.viewer);
    assert.equal(await d.page.locator(".role").textContent(), "查看者");
    await d.page.reload();
    await d.loaded();
    await d.button("退出").click();
    await d.page.locator("input[type=password]").waitFor();
    assert.equal(await d.page.evaluate(() => JSON.stringify(sessionStorage)), "{}");
    assert.doesNotMatch(await d.page.evaluate(() => JSON.stringify(localStorage)), /td_/);
    await d.page.reload();
    await d.page.locator("input[type=password]").waitFor();
    await d.close();
  });

  test("a viewer sees everything and can publish nothing", options, () => atDesk("viewer", {}, async (d, page) => {
    for (const name of PAGES) {
      await d.go(name);
      assert.equal(await page.locator(".primary", { hasText: "发布" }).count(), 0, name);
    }
    await d.go("commands");
    assert.equal(await d.text().getAttribute("aria-readonly"), "true");
    await page.locator(".try input").fill("打开教育局");
    await page.keyboard.press("Enter");
    await page.locator(".answer", { hasText: "jyj" }).first().waitFor();
  }));

  for (const [lang, theme] of [["zh", "light"], ["en", "dark"]]) {
    for (const width of [1280, 320]) {
      test(`axe finds nothing on any page, and nothing is cut off: ${lang}, ${theme}, ${width} px`, options, () => atDesk("publisher", { lang, theme, viewport: { width, height: 800 } }, async (d, page) => {
        for (const name of PAGES) {
          await d.go(name);
          const tabs = await page.getByRole("tab").count();
          for (let i = 0; i < Math.max(tabs, 1); i++) {
            if (tabs) await d.tab(i);
            await page.waitForLoadState("networkidle");
            assert.deepEqual(await d.violations(), [], `${name}, tab ${i}`);
            assert.ok((await d.overflow()) <= 0, `${name}, tab ${i} scrolls sideways`);
          }
        }
      }));
    }
    test(`axe finds nothing on what opens: ${lang}, ${theme}`, options, () => atDesk("publisher", { lang, theme }, async (d, page) => {
      const clean = async (what) => assert.deepEqual(await d.violations(), [], what);
      await d.write("language: zh-CN\nrules: {a: <b>}\n");
      await page.locator(".findings .error").first().waitFor();
      await clean("errors");
      const { text } = await api("grammars/zh-CN");
      await d.write(text + "# a note\n");
      await page.locator(".check:not(.bad)").waitFor();
      await page.locator(".try input").fill("我要投诉物业");
      await page.keyboard.press("Enter");
      await page.locator(".answer").first().waitFor();
      await clean("tried");
      await page.locator(".bar .primary").click();
      await page.locator("dialog .good, dialog .bad").first().waitFor();
      await clean("publishing");
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
      await d.go("columns");
      await page.locator(".tree summary").first().click();
      await page.locator(".leaf:visible").first().click();
      await clean("a column");
    }));
  }

  test("sign-in has no axe findings, and the language can be changed", options, async () => {
    const d = await Desk.open(browser, server.url);
    assert.deepEqual(await d.violations(), []);
    await d.page.locator("#language").click();
    await d.page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
    assert.equal(await d.page.evaluate(() => document.documentElement.lang), "en");
    assert.deepEqual(await d.violations(), []);
    await d.close();
  });

  test("mistakes are shown where they are as one types, in both languages", options, () => atDesk("editor", {}, async (d, page) => {
    await d.write("language: zh-CN\nlists: {subject: {wildcard: true}}\nintents:\n  Ask:\n    data:\n      - sentences: [\"我想问{subjct}\"]\n        route: jyjj\n");
    const first = page.locator(".findings .error").first();
    await first.waitFor();
    assert.match(await first.textContent(), /第 6 行第 \d+ 列.*subjct/);
    assert.ok((await page.locator(".findings .error").count()) >= 2, "the list and the column");
    await page.locator(".cm-lint-marker-error").first().waitFor();
    await first.getByRole("button").click();
    assert.ok(await page.evaluate(() => document.querySelector(".editor").shadowRoot.activeElement?.className.includes("cm-content")), "a finding leads to its place");
    await page.locator("#language").click(); // the draft outlives the change
    await page.locator(".findings .error", { hasText: "Line 6" }).first().waitFor();
    assert.match(await d.text().textContent(), /subjct/);
  }));

  test("names are completed, and the text is formatted", options, () => atDesk("editor", {}, async (d, page) => {
    await d.write("language: zh-CN\nlists: {subject: {wildcard: true}}\nintents:\n  Ask:\n    data:\n      - sentences: [\"我想问{subject}\"]\n        action:   search\n");
    await page.locator(".check:not(.bad)").filter({ hasText: /./ }).waitFor();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("        # {su");
    await page.locator(".cm-tooltip-autocomplete [role=option]", { hasText: "subject" }).click();
    await page.locator(".cm-content", { hasText: "# {subject}" }).waitFor();
    await d.button("排版").click();
    await d.say("已排版");
    assert.match(await d.text().innerText(), /action: search/);
  }));

  test("try it: the template, its line, slots and the next candidates, on the draft", options, () => atDesk("editor", {}, async (d, page) => {
    await page.locator(".try .note", { hasText: "已发布的版本" }).waitFor();
    await d.write(grammar("去(水星|火星)看看", "jyj"));
    await page.locator(".try .note", { hasText: "我的修改" }).waitFor();
    await page.locator(".try input").fill("去火星看看");
    await page.keyboard.press("Enter");
    const answer = page.locator(".answer").first();
    await answer.locator("code", { hasText: "去(水星|火星)看看" }).waitFor();
    assert.match(await answer.textContent(), /打开栏目.*jyj.*Trip.*一字不差/);
    await answer.getByRole("button", { name: "zh-CN.yaml 第 10 行" }).click();
    await page.locator(".cm-activeLine", { hasText: "火星" }).waitFor();
    assert.equal((await ask("去火星看看")).action, "search", "visitors have nothing of the draft");
    await page.getByRole("button", { name: "抽样" }).click();
    await page.locator(".samples li", { hasText: /火星|水星/ }).first().waitFor();
    await page.locator(".samples button").first().click();
    await answer.locator("code").first().waitFor();
  }));

  test("try it by microphone", options, () => atDesk("viewer", {}, async (d, page) => {
    await page.locator("[data-mic]").click();
    await page.locator(".tried .answer", { hasText: "jyj" }).first().waitFor();
    assert.match(await page.locator(".tried .note").first().textContent(), /听到：.*教育局/);
  }));

  test("publishing: what changed, the message, then visitors have it", options, () => atDesk("publisher", {}, async (d, page) => {
    const { text } = await api("grammars/zh-CN");
    await d.write(text + "  Comet:\n    data:\n      - sentences: [带我去看彗星]\n        route: jyj\n");
    await d.button("发布…").click();
    await page.locator(".diff .cm-changedLine", { hasText: "带我去看彗星" }).first().waitFor();
    await page.keyboard.press("Escape");
    await publish(d, "彗星");
    await until("the command serves", async () => (await ask("带我去看彗星")).column?.id === "jyj");
    await d.tab(2);
    const newest = page.locator(".history tbody tr").first();
    await newest.filter({ hasText: "彗星" }).waitFor();
    await page.getByRole("button", { name: "比较这两版" }).click();
    await page.locator(".history .diff .cm-changedLine, .history .diff .cm-insertedLine", { hasText: "带我去看彗星" }).first().waitFor();
    // one click back
    await page.locator(".history tbody tr").nth(1).getByRole("button", { name: "回到这一版" }).click();
    await page.locator("dialog button.primary").click();
    await until("the command is gone", async () => (await ask("带我去看彗星")).action === "search");
    assert.equal((await api("grammars/zh-CN")).text, text);
  }));

  test("a save that breaks the test script says which line and is not published", options, async () => {
    const before = await api("grammars/en");
    assert.equal((await put("scripts/en", "open the education bureau\n    navigate\n", 0)).status, 200);
    await atDesk("publisher", { at: "#/commands/en" }, async (d, page) => {
      await d.write("language: en\nlists: {query: {wildcard: true}}\nintents:\n  Search: {data: [{sentences: ['look for {query}'], action: search}]}\n");
      await page.locator(".check:not(.bad)").filter({ hasText: /./ }).waitFor();
      await d.button("发布…").click();
      const dialog = page.locator("dialog");
      await dialog.locator(".findings", { hasText: "en.test · 第 2 行第 5 列" }).waitFor();
      await dialog.getByText("不符合就不能发布").waitFor();
      assert.ok(await dialog.locator("button.primary").isDisabled());
    });
    // and the service itself refuses it, whoever asks
    const refused = await put("grammars/en", "language: en\n", before.revision);
    assert.equal(refused.status, 422);
    assert.deepEqual(JSON.parse(refused.text).errors.map((e) => [e.code, e.file, e.start.line]), [["test-failed", "en.test", 2]]);
    assert.equal((await api("grammars/en")).revision, before.revision);
  });

  test("the test script is edited, run on the draft and put in force", options, () => atDesk("publisher", {}, async (d, page) => {
    await d.tab(1);
    await page.getByText("还没有生效").waitFor();
    await d.button("运行").click();
    await page.locator(".good", { hasText: /句全部符合/ }).waitFor();
    await d.write("打开教育局\n    navigate tsjb\n");
    await d.button("运行").click();
    await page.locator(".findings button", { hasText: "第 2 行" }).waitFor();
    await d.write("打开教育局\n    navigate jyj\n");
    await d.button("运行").click();
    await page.locator(".good", { hasText: "1 句全部符合" }).waitFor();
    await publish(d);
    assert.equal((await api("scripts/zh-CN")).text, "打开教育局\n    navigate jyj\n");
    assert.ok((await api("scripts/zh-CN")).revision > 0);
  }));

  test("somebody else was faster: both versions, and a way on", options, () => atDesk("publisher", {}, async (d, page) => {
    await d.go("synonyms");
    await page.locator("form input").nth(0).fill("房本");
    await page.locator("form input").nth(1).fill("不动产权证书");
    await page.keyboard.press("Enter");
    await page.locator(".sheet tbody tr").waitFor();
    assert.equal((await put("synonyms", "娃 => 儿童\n")).status, 200);
    await d.button("发布…").click();
    await page.waitForFunction(() => document.querySelector("dialog button.primary")?.disabled === false);
    await page.locator("dialog button.primary").click();
    await page.getByRole("heading", { name: "别人先保存了" }).waitFor();
    await page.locator("dialog .cm-content", { hasText: "娃 => 儿童" }).waitFor();
    await page.locator("dialog .cm-content", { hasText: "房本 => 不动产权证书" }).waitFor();
    assert.deepEqual(await d.violations(), []);
    await page.getByRole("button", { name: "保留我的文本" }).click();
    await page.getByRole("heading", { name: "发布前看一看" }).waitFor();
    await page.waitForFunction(() => document.querySelector("dialog button.primary")?.disabled === false);
    await page.locator("dialog button.primary").click();
    await d.say("已发布为第");
    assert.equal((await api("synonyms")).text, "房本 => 不动产权证书\n");
    await d.tab(2);
    await page.locator(".history tbody tr").first().waitFor();
    assert.equal(await page.locator(".history tbody tr").count(), 2, "theirs is kept");
  }));

  test("columns: a new alias and a new column, in the draft, then on the portal", options, () => atDesk("publisher", {}, async (d, page) => {
    const before = (await api("columns/portal")).text;
    await d.go("columns");
    await page.getByLabel("筛选").fill("教育局");
    await page.locator(".leaf", { hasText: "jyj" }).click();
    await page.getByLabel("别名").fill("区教育局、盐田区教育局、学校主管部门"); // the shipped test script says the first two
    await d.button("应用").click();
    await d.say("已改在草稿里");
    await d.button("新栏目").click();
    await d.button("应用").click();
    // each mistake stands at its field, and is what the field is described by
    const beside = async (label, text) => {
      const field = page.getByLabel(label, { exact: true });
      await page.locator(".field", { has: field }).locator(".field-error", { hasText: text }).waitFor();
      const ids = (await field.getAttribute("aria-describedby")).split(" ");
      assert.ok((await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))).some((x) => x.includes(text)), label);
      return field;
    };
    for (const [label, text] of [["编号", "请填编号"], ["名称", "请填名称"], ["网址", "请填网址"]]) {
      assert.equal(await (await beside(label, text)).getAttribute("aria-invalid"), "true");
    }
    await page.getByRole("alert").filter({ hasText: "有 3 处要改" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), "id");
    await page.getByLabel("编号").fill("jyj");
    await d.button("应用").click();
    await beside("编号", "编号已经有了");
    await page.getByLabel("编号").fill("tianwen");
    await page.getByLabel("名称").fill("天文台");
    await page.getByLabel("网址").fill("/cn/tianwen/");
    await page.getByLabel("上级栏目").selectOption("zwfw");
    await d.button("应用").click();
    await publish(d);
    const after = (await api("columns/portal")).text;
    const changed = after.split("\n").filter((l) => !before.includes(l));
    assert.deepEqual(changed.map((l) => l.match(/id: (\w+)/)[1]).sort(), ["jyj", "tianwen"], "only their own lines changed");
    await until("they serve", async () => (await ask("打开学校主管部门")).column?.id === "jyj" && (await ask("打开天文台")).column?.id === "tianwen");
  }));

  test("columns: what the service finds wrong stands at the row and at its field", options, () => atDesk("editor", {}, async (d, page) => {
    await d.go("columns");
    const { text } = await api("columns/portal");
    await d.tab(1);
    await d.write(text.replace(/(\{id: jyj, .*)parent: \w+/, "$1parent: nirgends"));
    await page.locator(".findings .error").first().waitFor();
    await d.tab(0);
    await page.locator(".leaf", { hasText: "jyj" }).locator(".bad").waitFor({ state: "attached" });
    await page.locator(".findings .error button").first().click(); // leads to the row's field
    const above = page.getByLabel("上级栏目");
    await page.locator(".field", { has: above }).locator(".field-error", { hasText: "nirgends" }).waitFor();
    assert.ok(await above.evaluate((el) => el === document.activeElement && el.getAttribute("aria-invalid") === "true"));
    assert.deepEqual(await d.violations(), []);
    await above.selectOption("zwfw");
    await d.button("应用").click();
    await page.locator(".field-error.bad").waitFor({ state: "detached" });
    await page.locator(".check:not(.bad)").filter({ hasText: /./ }).waitFor();
  }));

  test("dictionary words and pinned results", options, () => atDesk("publisher", {}, async (d, page) => {
    await d.go("words");
    await page.locator("form input").fill("海星养护, 海胆放流");
    await page.keyboard.press("Enter");
    await page.getByText("2 个词").waitFor();
    await publish(d);
    assert.equal((await api("words")).text, "海星养护\n海胆放流\n");
    await d.go("pins");
    await page.locator("input[type=search]").fill("公积金");
    await page.keyboard.press("Enter");
    const hits = page.locator(".hits li");
    await hits.nth(2).waitFor();
    const [first, third] = [await hits.nth(0).locator("small").textContent(), await hits.nth(2).locator("small").textContent()];
    await hits.nth(2).getByRole("button", { name: "置顶" }).click();
    await hits.nth(0).getByRole("button", { name: "隐藏" }).click();
    await page.locator(".sheet td", { hasText: "隐藏" }).waitFor();
    await publish(d);
    await until("the pin serves", async () => {
      const { hits } = await (await fetch(`${server.url}/v1/search?${new URLSearchParams({ q: "公积金" })}`)).json();
      return hits[0].id === third && hits.every((h) => h.id !== first);
    });
  }));

  test("import: a bar that moves, and the refused lines by their numbers", options, () => atDesk("editor", {}, async (d, page) => {
    const body = "盐田区海洋观测记录。".repeat(60);
    const lines = Array.from({ length: 3000 }, (_, i) => JSON.stringify({ id: `/sea/${i}`, title: `观测${i}`, body, url: `/sea/${i}` }));
    lines[1] = "{broken";
    lines[2499] = '{"title":"no id"}';
    const file = join(import.meta.dirname, ".out", "sea.jsonl");
    await writeFile(file, lines.join("\n") + "\n");
    await d.go("import");
    await page.evaluate(() => {
      window.seen = [];
      new MutationObserver(() => window.seen.push(document.querySelector("progress").value)).observe(document.querySelector("progress"), { attributes: true });
    });
    await page.locator("input[type=file]").setInputFiles(file);
    await d.button("导入").click();
    await page.getByText("完成：收下 2,998 页，退回 2 行。").waitFor({ timeout: 60_000 });
    assert.deepEqual(await page.locator("tbody tr td:first-child").allTextContents(), ["2", "2500"]);
    const seen = await page.evaluate(() => window.seen);
    assert.ok(seen.some((v) => v > 0 && v < 100) && seen.at(-1) === 100, JSON.stringify(seen));
    assert.deepEqual(await d.violations(), []);
  }));

  test("insights show what visitors asked", options, async () => {
    for (let i = 0; i < 6; i++) await ask("公积金怎么提取呢");
    await until("the events are counted", async () => JSON.parse((await api("insights")).text).totals.turns >= 6);
    await atDesk("viewer", {}, async (d, page) => {
      await d.go("insights");
      await page.locator(".figures").waitFor();
      await page.locator("td", { hasText: "公积金怎么提取呢" }).first().waitFor();
      assert.equal(await page.locator("svg.chart[role=img]").count(), 1);
      const [file] = await Promise.all([page.waitForEvent("download"), d.button("下载 CSV").click()]);
      assert.equal(file.suggestedFilename(), "tingdong-insights.csv");
      assert.deepEqual(await d.violations(), []);
    });
  });

  test("by keyboard alone: sign in, write, find, try, publish", options, async () => {
    const d = await Desk.open(browser, server.url);
    const { page } = d;
    const focused = () => page.evaluate(() => {
      let el = document.activeElement;
      while (el?.shadowRoot?.activeElement) el = el.shadowRoot.activeElement;
      return `${el.tagName}.${el.className} ${el.getAttribute("aria-label") || el.textContent.slice(0, 20)}`;
    });
    const tabTo = async (what) => {
      for (let i = 0; i < 80; i++) {
        await page.keyboard.press("Tab");
        if (what.test(await focused())) return;
      }
      assert.fail(`Tab does not come to ${what}`);
    };
    await page.keyboard.type(tokens.publisher);
    await page.keyboard.press("Enter");
    await page.locator(".role").waitFor();
    await d.loaded();
    await tabTo(/词典/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "词典", exact: true }).waitFor();
    await d.loaded();
    await tabTo(/role|表单/);
    await page.keyboard.press("ArrowRight");
    await page.locator(".editor .cm-content").waitFor();
    await tabTo(/词典文本/);
    await page.keyboard.press("Control+End");
    await page.keyboard.type("珊瑚礁\n");
    await page.locator(".changed").waitFor();
    await page.keyboard.press("Tab"); // Tab leaves the editor
    assert.doesNotMatch(await focused(), /cm-content/);
    for (let i = 0; i < 10 && !/发布…/.test(await focused()); i++) await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator("dialog").waitFor();
    await page.waitForFunction(() => document.querySelector("dialog button.primary")?.disabled === false);
    await tabTo(/^INPUT/);
    await page.keyboard.press("Enter");
    await d.say("已发布为第");
    assert.match((await api("words")).text, /珊瑚礁/);
    await d.close();
  });

  test("a service that is gone is said so, and the draft stays", options, () => atDesk("publisher", {}, async (d, page) => {
    await d.go("words");
    await page.locator("form input").fill("灯塔");
    await page.keyboard.press("Enter");
    await page.context().setOffline(true);
    await d.button("发布…").click();
    await page.locator("dialog .bad", { hasText: "连不上服务" }).waitFor();
    await page.keyboard.press("Escape");
    await page.context().setOffline(false);
    await page.reload();
    await d.loaded();
    await page.locator(".words li", { hasText: "灯塔" }).waitFor();
    await d.button("放弃修改").click();
    await page.locator("dialog button.primary").click();
    await page.locator(".words li", { hasText: "灯塔" }).waitFor({ state: "detached" });
  }));
});
