// Opens the live page and says, a line of JSON each, which visit it shows and since when: {"visit", "at"}, in
// milliseconds since the epoch of the first picture that has it. Begins with {"ready": true} and ends with its input.
// The first line of the input is {"url", "email", "password"}. For tests/bench/bench_live.py, on a gateway whose
// certificate nobody has signed.
/* global MutationObserver, requestAnimationFrame, setTimeout */
import { createInterface } from "node:readline";

import { launchBrowser, openLivePage } from "./browser.mjs";

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const account = JSON.parse((await lines.next()).value);
const browser = await launchBrowser("--ignore-certificate-errors");
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  await page.exposeFunction("tell", say);
  await page.addInitScript(() => {
    const known = new Set();
    new MutationObserver(() => {
      const fresh = [...document.querySelectorAll("[data-visit]")].map((card) => card.dataset.visit).filter((visit) => !known.has(visit));
      for (const visit of fresh) known.add(visit);
      // After the picture is drawn: what follows the frame's work in the queue.
      if (fresh.length > 0) requestAnimationFrame(() => setTimeout(() => fresh.forEach((visit) => globalThis.tell({ visit, at: Date.now() }))));
    }).observe(document, { childList: true, subtree: true });
  });
  await openLivePage(page, account);
  say({ ready: true });
  while (!(await lines.next()).done);
} finally {
  await browser.close();
}
