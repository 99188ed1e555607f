import type { Page } from "@playwright/test";

import { FakeCore } from "./fake/core";
import { LongLists } from "./fake/longLists";
import { serveFake } from "./fake/server";
import { expect, signIn, type Stack, test as base } from "./stack";

const ROWS = 100_000;
/** Rows that a screen and what is kept ready around it may have. */
const DRAWN_MOST = 100;
const PAGE_ROWS = 200;
/** So far the tests scroll; `make bench-lists` goes to the end. */
const READ = 1000;

const test = base.extend<object, { longLists: Stack }>({
  longLists: [
    async ({ stack }, use) => {
      const { url, close } = await serveFake(new LongLists(new FakeCore(), ROWS));
      await use({ ...stack, url });
      await close();
    },
    { scope: "worker" },
  ],
});

test.beforeEach(({ stack }) => {
  test.skip(!stack.fake, "a running stack has no such lists");
});

const rows = (page: Page) => page.locator("main tbody tr[aria-rowindex]");

/** Scrolls to the end of what was read until so many rows were. */
async function readOn(page: Page, count: number): Promise<void> {
  await expect(async () => {
    await page.evaluate(() => {
      window.scrollTo(0, document.documentElement.scrollHeight);
    });
    const known = Number((await page.getByText(/ so far; /).innerText()).replace(/\D/g, ""));
    expect(known).toBeGreaterThanOrEqual(count);
  }).toPass({ intervals: [50] });
}

/** Row `at` of the list, the first one being 1, brought into sight. */
async function rowAt(page: Page, at: number) {
  await rows(page).first().waitFor();
  await page.evaluate((index) => {
    const body = document.querySelector("main tbody")!;
    const height = document.querySelector("main tbody tr[aria-rowindex]")!.getBoundingClientRect().height;
    window.scrollTo(0, body.getBoundingClientRect().top + window.scrollY + index * height - window.innerHeight / 2);
  }, at);
  return page.locator(`main tbody tr[aria-rowindex="${at + 1}"]`);
}

for (const list of [
  { path: "/visits", says: (at: number) => `Visitor ${ROWS + 1 - at}` },
  { path: "/customers", says: (at: number) => `Visitor ${at}` },
  { path: "/audit", says: (at: number) => `Details of entry ${ROWS + 1 - at}` },
]) {
  test(`${list.path} draws a screen of a hundred thousand rows, and the right ones`, async ({ page, longLists }) => {
    test.slow();
    const named = (row: ReturnType<Page["locator"]>, at: number) =>
      row.getByRole(list.path === "/audit" ? "button" : "link", { name: list.says(at), exact: true });
    await signIn(page, longLists, list.path);
    await expect(named(await rowAt(page, 1), 1)).toBeVisible();
    await readOn(page, READ);
    expect(await rows(page).count()).toBeLessThanOrEqual(DRAWN_MOST);
    // In the middle of a page, where two meet, and back at the beginning.
    for (const at of [READ - 2 * PAGE_ROWS - 71, 2 * PAGE_ROWS, 2 * PAGE_ROWS + 1, 1]) {
      await expect(named(await rowAt(page, at), at)).toBeVisible();
      const drawn = await rows(page).count();
      expect(drawn, "as many as a screen has").toBeGreaterThan(5);
      expect(drawn).toBeLessThanOrEqual(DRAWN_MOST);
    }
  });
}
