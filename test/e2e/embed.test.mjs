// The widget on a page of another origin whose policy forbids nearly everything.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { launch, Visitor } from "./lib/browser.mjs";
import { BIN, startServer } from "./lib/server.mjs";
import { synthetic } from "./lib/speech.mjs";

const options = { timeout: 60_000 };

describe("embedding", () => {
  let portal, server, stranger, wav;
  before(async () => {
    portal = await openPortal(() => server.url);
    stranger = await openPortal(() => server.url);
    server = await startServer("--allow-origin", portal.url);
    wav = await synthetic("da3 kai1 jiao4 yu4 ju2", "embed");
  }, { timeout: 90_000 });
  after(async () => {
    await server?.stop();
    await portal?.close();
    await stranger?.close();
  });

  test("voice works under a strict policy", options, async () => {
    const browser = await launch({ wav });
    try {
      const v = await Visitor.open(browser, portal.url);
      const complaints = [];
      v.page.on("console", (m) => m.type() === "error" && complaints.push(m.text()));
      await v.part(".voice").click();
      const { reply } = await v.event("reply");
      assert.equal(reply.column?.id, "jyj", JSON.stringify(reply));
      await v.page.waitForURL(`${portal.url}/cn/jg/jyj/`); // the portal's own address, not the service's
      assert.deepEqual(complaints, []);
      assert.deepEqual(v.errors, []);
    } finally {
      await browser.close();
    }
  });

  test("the printed tags: a browser takes the files that are right, and no others", options, async () => {
    const tags = execFileSync(BIN, ["widget", "--server", server.url], { encoding: "utf8" });
    const browser = await launch();
    let head;
    const http = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(`<!doctype html><html lang="zh-CN"><head>${head}</head><tingdong-voice></tingdong-voice></html>`);
    });
    await new Promise((done) => http.listen(0, "127.0.0.1", done));
    const page = async (tags) => {
      head = tags;
      const p = await (await browser.newContext()).newPage();
      await p.goto(`http://127.0.0.1:${http.address().port}/`);
      return p;
    };
    try {
      const good = await page(tags);
      await good.locator("tingdong-voice .voice").waitFor();
      // of the script, of a module that it imports, of the texts, which come later
      for (const file of ["widget", "dom", "strings-zh-cn"]) {
        const bad = await page(tags.replace(new RegExp(`(/${file}\\.js" integrity="sha384-)....`), "$1AAAA"));
        await bad.waitForLoadState("networkidle");
        assert.equal(await bad.evaluate(() => Boolean(document.querySelector("tingdong-voice").shadowRoot?.querySelector(".dock:not([hidden])"))), false, file);
      }
    } finally {
      await browser.close();
      http.closeAllConnections();
      http.close();
    }
  });

  test("a site that was not allowed gets neither voice nor answers", options, async () => {
    const browser = await launch({ wav });
    try {
      const v = await Visitor.open(browser, stranger.url);
      await v.part(".voice").click();
      await v.event("error");
      await v.micOff();
      const seen = v.events.length;
      await v.part("#q").fill("教育局");
      await v.part("#q").press("Enter");
      await v.event("error", seen);
      assert.equal(v.events.some((e) => e.name === "reply"), false);
    } finally {
      await browser.close();
    }
  });
});

// A portal of its own origin: no inline code or style, no HTML from strings.
async function openPortal(service) {
  const http = createServer((request, response) => {
    const from = service();
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.setHeader("Content-Security-Policy",
      `default-src 'none'; script-src ${from}; connect-src ${from} ${from.replace("http", "ws")}; base-uri 'none'; require-trusted-types-for 'script'`);
    response.end(`<!doctype html><html lang="zh-CN"><title>别的网站</title>
      <script type="module" src="${from}/widget/widget.js"></script>
      <main><h1>别的网站</h1></main><tingdong-voice></tingdong-voice></html>`);
  });
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${http.address().port}`,
    close: () => (http.closeAllConnections(), new Promise((done) => http.close(done))),
  };
}
