// Measures whether the live page stands a storm: 10 000 changes at 100 a second, with as many cards on the page as it
// draws at most. Prints one line of JSON:
//
//   {"events", "per_second", "longest_task_ms", "long_tasks", "busy_percent", "script_ms", "layout_ms", "style_ms",
//    "memory_start_mb", "memory_end_mb", "missing"}
//
// "longest_task_ms" is the longest time that the page did not answer (a task of the main thread), and "long_tasks" how
// many were longer than 50 ms: the browser tells of no shorter ones, so that 0 is less than 50. They count what the
// machine did to others meanwhile. What follows does not, it is processor time of the page's main thread: the share of
// one core, and milliseconds per thousand changes in scripts, layout and styles. Memory is the page's JavaScript heap
// after a collection, before the storm (the page already holds 2000 changes then) and after. "missing" is how many
// visits the page's counter is short.
//
// Needs a built console (npm run build) and an installed Chromium. EVENTS, WARM_UP and PER_SECOND make it smaller, and
// PROFILE=FILE.cpuprofile has the browser write down where the time went.
/* global PerformanceObserver, performance, setTimeout */
import { writeFileSync } from "node:fs";

import { launchBrowser, openLivePage } from "./browser.mjs";
import { openSources } from "./sources.mjs";

const EVENTS = Number(process.env.EVENTS ?? 10_000);
const PER_SECOND = Number(process.env.PER_SECOND ?? 100);
const WARM_UP = Number(process.env.WARM_UP ?? 2_000);
const PATIENCE_MS = 120_000;

const sources = await openSources();
const browser = await launchBrowser();
try {
  const { FakeCore } = await sources.load("/e2e/fake/core.ts");
  const { serveFake } = await sources.load("/e2e/fake/server.ts");
  const { FAKE_ACCOUNT } = await sources.load("/e2e/fake/auth.ts");
  const core = new FakeCore();
  const { url, close } = await serveFake(core);
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.addInitScript(() => {
    globalThis.longTasks = [];
    new PerformanceObserver((list) => {
      globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ entryTypes: ["longtask"] });
  });
  await openLivePage(page, { url, ...FAKE_ACCOUNT });

  const visits = page.getByTestId("count-visits");
  const counted = async () => Number((await visits.innerText()).replace(/\D/g, ""));
  const before = await counted();
  let made = 0;
  let waiting;
  const happen = (number) => {
    if (waiting) {
      core.giveImage(waiting);
      waiting = undefined;
    } else if (number % 10 === 0) {
      core.pass(5);
    } else {
      waiting = core.arrive();
      made += 1;
    }
  };
  const storm = async (events) => {
    const began = performance.now();
    for (let sent = 0; sent < events; ) {
      const due = Math.min(events, Math.ceil(((performance.now() - began) / 1000) * PER_SECOND));
      for (; sent < due; sent += 1) happen(sent);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return (events * 1000) / (performance.now() - began);
  };
  /** Waits until the page has counted everybody, or does not go on. */
  const settle = async () => {
    for (let patience = 60; patience > 0 && (await counted()) < before + made; patience -= 1) await page.waitForTimeout(500);
  };
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () =>
    Object.fromEntries((await cdp.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const heapMb = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    return (await metrics()).JSHeapUsedSize / 1e6;
  };

  await storm(WARM_UP);
  await settle();
  for (const more = page.getByRole("button", { name: /^Show \d+ more$/ }); await more.isVisible(); ) await more.click();
  const memoryStart = await heapMb();
  await page.evaluate(() => {
    globalThis.longTasks = [];
  });
  if (process.env.PROFILE) {
    await cdp.send("Profiler.enable");
    await cdp.send("Profiler.start");
  }
  const calm = await metrics();
  const began = performance.now();
  const perSecond = await storm(EVENTS);
  await settle();
  const seconds = (performance.now() - began) / 1000;
  const spent = await metrics();
  if (process.env.PROFILE) writeFileSync(process.env.PROFILE, JSON.stringify((await cdp.send("Profiler.stop")).profile));
  const longTasks = await page.evaluate(() => globalThis.longTasks);
  const memoryEnd = await heapMb();
  /** Milliseconds of processor time per thousand changes. */
  const costs = (name) => Number(((1e6 * (spent[name] - calm[name])) / EVENTS).toFixed(0));
  console.log(
    JSON.stringify({
      events: EVENTS,
      per_second: Math.round(perSecond),
      longest_task_ms: Math.round(Math.max(0, ...longTasks)),
      long_tasks: longTasks.length,
      busy_percent: Math.round((100 * (spent.TaskDuration - calm.TaskDuration)) / seconds),
      script_ms: costs("ScriptDuration"),
      layout_ms: costs("LayoutDuration"),
      style_ms: costs("RecalcStyleDuration"),
      memory_start_mb: Number(memoryStart.toFixed(1)),
      memory_end_mb: Number(memoryEnd.toFixed(1)),
      missing: before + made - (await counted()),
    }),
  );
  await page.close();
  await close();
} finally {
  await browser.close();
  await sources.close();
}
