// Screenshots of the console, 360 and 1280 px, to look at: .out/console/*.png.
// Those of docs/admin.md are copied from here.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./lib/browser.mjs";
import { Desk } from "./lib/console.mjs";
import { startServer } from "./lib/server.mjs";

const out = join(import.meta.dirname, ".out/console");
await mkdir(out, { recursive: true });
const server = await startServer("--no-speech");
const browser = await launch();
const token = await server.token("publisher");
for (const q of ["教育局", "我要投诉", "公积金怎么提取", "放大字体", "公积金怎么提取", "医院", "海底捞月亮在哪办", "图书馆几点开门"]) {
  await fetch(`${server.url}/v1/ask?${new URLSearchParams({ q, lang: "zh-CN" })}`);
}
const grammar = await (await fetch(`${server.url}/v1/admin/grammars/zh-CN`, { headers: { Authorization: `Bearer ${token}` } })).text();

async function tour(width, lang, theme) {
  const zh = lang === "zh";
  const d = await Desk.open(browser, server.url, { lang, theme, viewport: { width, height: width < 500 ? 780 : 860 } });
  const shot = (name, fullPage = true) => d.page.screenshot({ path: join(out, `${name}-${width}-${lang}-${theme}.png`), fullPage });
  await shot("sign-in", false);
  await d.signIn(token);
  await d.page.locator(".try input").fill("我要投诉物业乱收费");
  await d.page.keyboard.press("Enter");
  await d.page.locator(".answer").first().waitFor();
  await d.page.locator("section.card button", { hasText: zh ? "抽样" : "Draw" }).click();
  await d.page.locator(".samples li").first().waitFor();
  await shot("commands", width < 500);
  await d.write(grammar.replace("{column}[<place>]<where>", "{colum}[<place>]<wher>"));
  await d.page.locator(".findings .error").first().waitFor();
  await d.page.locator(".findings .error button").first().click();
  await shot("mistakes", false);
  await d.write(grammar.replace("[请, 请问", "[请, 请教, 请问").replace("route: rx12345", "route: zxzx"));
  await d.page.locator(".check:not(.bad)").waitFor();
  await d.button(zh ? "发布…" : "Publish…").click();
  await d.page.locator("dialog .findings, dialog .good").first().waitFor();
  await shot("publish", false);
  await d.page.keyboard.press("Escape");
  await d.tab(1);
  await d.button(zh ? "在我的语法修改上运行" : "Run on my grammar changes").click();
  await d.page.locator(".findings li").first().waitFor();
  await shot("script", false);
  await d.tab(2);
  await d.page.locator(".history tbody tr").first().waitFor();
  await shot("history");
  await d.go("columns");
  await d.page.locator(".tree summary").first().click();
  await d.page.locator(".leaf:visible").first().click();
  await shot("columns", false);
  await d.button(zh ? "新栏目" : "New column").click();
  await d.button(zh ? "应用" : "Apply").click();
  await d.page.locator(".field-error").first().waitFor();
  await shot("column-mistakes", false);
  await d.go("synonyms");
  await d.page.locator("form input").nth(0).fill("房本, 房产证");
  await d.page.locator("form input").nth(1).fill("不动产权证书");
  await d.page.keyboard.press("Enter");
  await shot("synonyms");
  await d.go("pins");
  await d.page.locator("input[type=search]").fill("公积金");
  await d.page.keyboard.press("Enter");
  await d.page.locator(".hits button").first().click();
  await d.page.locator(".sheet").waitFor();
  await shot("pins");
  for (const name of ["words", "import", "insights"]) {
    await d.go(name);
    await shot(name);
  }
  await d.close();
}

try {
  await tour(1280, "zh", "light");
  await tour(1280, "en", "dark");
  await tour(360, "zh", "light");
  await tour(360, "en", "dark");
} finally {
  await browser.close();
  await server.stop();
}
