// What the widget costs a visitor's browser, measured there (npm run figures):
// bytes, time until the button stands, long tasks while listening.
import { launch, Visitor } from "./lib/browser.mjs";
import { startServer } from "./lib/server.mjs";
import { synthetic } from "./lib/speech.mjs";

const server = await startServer();
const browser = await launch({ wav: await synthetic("da3 kai1 jiao4 yu4 ju2", "figures") });

// Runs in the page first: notes when the button stands and every task over 50 ms.
function observe() {
  window.long = [];
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map((e) => [e.startTime, e.duration]))).observe({ type: "longtask", buffered: true });
  const look = () => {
    const dock = document.querySelector("tingdong-voice")?.shadowRoot?.querySelector(".dock");
    if (dock && !dock.hidden) window.stands = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}

try {
  const v = await Visitor.open(browser, server.url, { init: observe, delay: 60_000 });
  await v.page.waitForFunction(() => window.stands);
  const load = await v.page.evaluate(() => {
    const files = performance.getEntriesByType("resource").filter((e) => e.name.includes("/widget/"));
    return {
      files: files.length,
      bytes: files.reduce((sum, e) => sum + e.encodedBodySize, 0),
      stands: window.stands,
      page: performance.getEntriesByType("navigation")[0].domInteractive,
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      long: window.long.length,
    };
  });
  const start = await v.page.evaluate(() => performance.now());
  await v.part(".voice").click();
  await v.event("reply");
  const listening = await v.page.evaluate((t) => ({ ms: performance.now() - t, long: window.long.filter(([at]) => at > t).map(([, d]) => Math.round(d)) }), start);
  console.log(`widget files          ${load.files} (the microphone brings two more)`);
  console.log(`compressed            ${load.bytes} bytes`);
  console.log(`first contentful paint ${Math.round(load.paint)} ms, DOM interactive ${Math.round(load.page)} ms, button stands ${Math.round(load.stands)} ms`);
  console.log(`long tasks loading    ${load.long}`);
  console.log(`long tasks listening  ${listening.long.length} in ${Math.round(listening.ms)} ms ${JSON.stringify(listening.long)}`);
} finally {
  await browser.close();
  await server.stop();
}
