import type { Page } from "@playwright/test";

import { expect, signedIn as test, signIn } from "./stack";

/** The longest pause between two attempts is 15 s, and so is the longest silence of the server. */
const LONGEST_WAIT_MS = 20_000;

function visitIds(page: Page): Promise<string[]> {
  return page.getByTestId("visit-card").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-visit") ?? ""));
}

test("a new visit appears without a reload, with its face and in the counters", async ({ page, stack }) => {
  await signIn(page, stack);
  await expect(page.getByTestId("link-state")).toHaveAttribute("data-phase", "live", { timeout: LONGEST_WAIT_MS });
  await expect(page.getByTestId("count-visits")).not.toHaveText("–");
  const loads: string[] = [];
  page.on("framenavigated", (frame) => loads.push(frame.url()));
  const known = await visitIds(page);
  const visits = page.getByTestId("count-visits");
  const before = Number((await visits.innerText()).replaceAll(",", ""));

  await stack.arrive(page);

  const arrived = async () => (await visitIds(page)).find((id) => !known.includes(id));
  await expect.poll(arrived, "a card that was not there before").toBeDefined();
  const fresh = page.locator(`[data-visit="${(await arrived()) ?? ""}"]`);
  await expect(fresh.getByText("New", { exact: true })).toBeVisible();
  await expect(fresh.getByTestId("face-image")).toHaveAttribute("src", /^blob:/);
  await expect.poll(async () => Number((await visits.innerText()).replaceAll(",", ""))).toBeGreaterThan(before);
  expect(loads, "the page must not have been loaded again").toEqual([]);
});

test("says that it is disconnected, and shows what happened meanwhile when it is back", async ({ page, stack }) => {
  // What a shared worker asks for cannot be held back here.
  await page.addInitScript("delete window.SharedWorker");
  const watch = "**/footfall.v1.LiveService/Watch";
  await page.route(watch, (route) => route.abort());
  await signIn(page, stack);
  const state = page.getByTestId("link-state");
  await expect(state).toHaveAttribute("data-phase", "retrying");
  await expect(page.getByTestId("count-visits")).not.toHaveText("–");
  const known = await visitIds(page);

  await stack.arrive(page);
  await page.unroute(watch);

  await expect(state).toHaveAttribute("data-phase", "live", { timeout: LONGEST_WAIT_MS });
  await expect.poll(async () => (await visitIds(page)).filter((id) => !known.includes(id))).not.toEqual([]);
});

test("the card opens the visit, and closing it leads back", async ({ page, stack }) => {
  await signIn(page, stack);
  await stack.arrive(page);
  await page.getByTestId("visit-card").first().getByRole("link").first().press("Enter");
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText("First seen")).toBeVisible();
  await expect(page).toHaveURL(/\/live\/[0-9a-f-]{36}$/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/live$/);
});
