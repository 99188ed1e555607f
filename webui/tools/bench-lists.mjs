// Measures whether lists of 100 000 rows stay fast: scrolls each from its beginning to its end, which reads all of its
// pages, then jumps about in it. Prints one line of JSON for each list:
//
//   {"list", "rows", "dom_rows", "longest_task_ms", "long_tasks", "heap_mb", "seconds"}
//
// "rows" is how many were read, and "dom_rows" the most that were in the page at once. "longest_task_ms" is the longest
// time that the page did not answer (a task of the main thread), and "long_tasks" how many were longer than 50 ms: the
// browser tells of no shorter ones, so that 0 is less than 50. They count what the machine did to others meanwhile, and
// the core, which makes the rows, runs on it as well. "heap_mb" is the page's JavaScript heap after a collection, with
// all rows read. Fails when a list ends early, or shows another row at its end than its last.
//
// Needs a built console (npm run build) and an installed Chromium. ROWS makes the lists shorter.
/* global PerformanceObserver, performance, requestAnimationFrame, scrollTo, innerHeight */
import { launchBrowser, openLivePage } from "./browser.mjs";
import { openSources } from "./sources.mjs";

const ROWS = Number(process.env.ROWS ?? 100_000);
const PATIENCE_MS = 600_000;
const JUMPS = 200;
const LISTS = [
  { list: "visits", last: "Visitor 1" },
  { list: "customers", last: `Visitor ${ROWS}` },
  { list: "audit", last: "Details of entry 1" },
];

const sources = await openSources();
const browser = await launchBrowser();
try {
  const { FakeCore } = await sources.load("/e2e/fake/core.ts");
  const { LongLists } = await sources.load("/e2e/fake/longLists.ts");
  const { serveFake } = await sources.load("/e2e/fake/server.ts");
  const { FAKE_ACCOUNT } = await sources.load("/e2e/fake/auth.ts");
  const { url, close } = await serveFake(new LongLists(new FakeCore(), ROWS));
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  await context.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ entryTypes: ["longtask"] });
  });
  const first = await context.newPage();
  await openLivePage(first, { url, ...FAKE_ACCOUNT });
  for (const { list, last } of LISTS) {
    // Each list in a tab of its own, so that no heap holds two.
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const cdp = await context.newCDPSession(page);
    await page.goto(`${url}/${list}`);
    await page.locator("main tbody tr[aria-rowindex]").first().waitFor();
    await page.evaluate(() => {
      globalThis.longTasks = [];
    });
    const began = performance.now();
    const drawn = await page.evaluate(
      async ({ jumps, patience }) => {
        const table = document.querySelector("main table");
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        let most = 0;
        const see = async (top) => {
          scrollTo(0, top);
          await frame();
          await frame();
          most = Math.max(most, table.querySelectorAll("tr[aria-rowindex]").length);
        };
        const until = performance.now() + patience;
        // A table of unknown length has rows left to read.
        while (table.getAttribute("aria-rowcount") === "-1") {
          if (performance.now() > until) throw new Error("the list does not end");
          await see(document.documentElement.scrollHeight);
        }
        const height = document.documentElement.scrollHeight - innerHeight;
        for (let jump = 1; jump <= jumps; jump += 1) await see(((jump * 61) % jumps) * (height / jumps));
        await see(height);
        return { most, rows: Number(table.getAttribute("aria-rowcount")) - 1 };
      },
      { jumps: JUMPS, patience: PATIENCE_MS },
    );
    const seconds = (performance.now() - began) / 1000;
    const longTasks = await page.evaluate(() => globalThis.longTasks);
    if (drawn.rows !== ROWS) throw new Error(`${list} has ${drawn.rows} rows, not ${ROWS}`);
    await page.locator(`main tbody tr[aria-rowindex="${ROWS + 1}"]`).getByRole(list === "audit" ? "button" : "link", { name: last, exact: true }).waitFor();
    await cdp.send("HeapProfiler.collectGarbage");
    await cdp.send("Performance.enable");
    const { metrics } = await cdp.send("Performance.getMetrics");
    console.log(
      JSON.stringify({
        list,
        rows: drawn.rows,
        dom_rows: drawn.most,
        longest_task_ms: Math.round(Math.max(0, ...longTasks)),
        long_tasks: longTasks.length,
        heap_mb: Number(((metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0) / 1e6).toFixed(1)),
        seconds: Number(seconds.toFixed(1)),
      }),
    );
    await page.close();
  }
  await context.close();
  await close();
} finally {
  await browser.close();
  await sources.close();
}
