import type { BrowserContext, Page } from "@playwright/test";

import type { FakeCore } from "./fake/core";
import { expect, signIn, type Stack, test } from "./stack";

/** What these flows need is only in the test's own core: streams that are cut, and counted. */
function fakeOf(stack: Stack): FakeCore {
  test.skip(!stack.fake, "needs the core of the test");
  return stack.fake!;
}

const card = (page: Page, visitId: string) => page.locator(`[data-visit="${visitId}"]`);
const live = (page: Page) => expect(page.getByTestId("link-state")).toHaveAttribute("data-phase", "live");

async function openTabs(context: BrowserContext, stack: Stack, first: Page, count: number): Promise<Page[]> {
  const tabs = [first];
  while (tabs.length < count) {
    const tab = await context.newPage();
    await tab.goto(`${stack.url}/live`);
    await live(tab);
    tabs.push(tab);
  }
  return tabs;
}

test("seven tabs share one stream, each hears everything once, and all of them still load", async ({ page, stack, context }) => {
  const core = fakeOf(stack);
  await signIn(page, stack);
  await live(page);
  // Over HTTP/1.1 a browser has six connections to a host: with a stream each, the seventh tab would wait for ever.
  const tabs = await openTabs(context, stack, page, 7);
  expect(core.streams.open).toBe(1);
  const { visitId } = core.arrive();
  for (const tab of tabs) await expect(card(tab, visitId)).toHaveCount(1);
  for (const tab of tabs.slice(1)) await tab.close();
  const next = core.arrive();
  await expect(card(page, next.visitId)).toHaveCount(1);
  expect(core.streams.open).toBe(1);
});

test("the stream does not outlive the sign-out, nor the last tab", async ({ page, stack, context }) => {
  const core = fakeOf(stack);
  await signIn(page, stack);
  await live(page);
  const [, other] = await openTabs(context, stack, page, 2);
  await page.locator("button:visible", { has: page.getByTestId("who") }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(`${stack.url}/sign-in`);
  await expect.poll(() => core.streams.open).toBe(0);
  await other!.close();
  await signIn(page, stack);
  await live(page);
  await expect.poll(() => core.streams.open).toBe(1);
  await page.goto("about:blank");
  await expect.poll(() => core.streams.open).toBe(0);
});

test("what happens while the line is cut comes once it is back, each thing once", async ({ page, stack }) => {
  const core = fakeOf(stack);
  await signIn(page, stack);
  await live(page);
  const visits = page.getByTestId("count-visits");
  await expect(visits).not.toHaveText("–");
  const before = Number((await visits.innerText()).replaceAll(",", ""));
  const made: string[] = [];
  for (let at = 0; at < 3; at += 1) {
    made.push(core.arrive().visitId);
    core.cut();
    made.push(core.arrive().visitId);
    await live(page);
    for (const visitId of made) await expect(card(page, visitId)).toHaveCount(1);
  }
  await expect(visits).toHaveText(String(before + made.length));
});

test("a page that was away for too long lists again", async ({ page, stack }) => {
  const core = fakeOf(stack);
  await signIn(page, stack);
  await live(page);
  const { visitId } = core.arrive();
  await expect(card(page, visitId)).toHaveCount(1);
  const missed = core.arrive();
  core.compact();
  core.cut();
  await expect(card(page, missed.visitId)).toHaveCount(1);
  await live(page);
});

test("a tab that is left and come back to goes on where it was", async ({ page, stack }) => {
  const core = fakeOf(stack);
  await signIn(page, stack);
  await live(page);
  await page.goto("about:blank");
  const { visitId } = core.arrive();
  await page.goBack();
  await live(page);
  await expect(card(page, visitId)).toHaveCount(1);
});
