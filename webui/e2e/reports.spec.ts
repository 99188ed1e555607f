import { readFile } from "node:fs/promises";

import type { Download, Page } from "@playwright/test";

import { expect, signedIn as test, signIn } from "./stack";

test.beforeEach(async ({ page, stack }) => {
  test.skip(!stack.fake, "counts visits that are made up");
  await signIn(page, stack, "/reports?from=2026-11-02&to=2026-11-15");
});

test("a report is kept in its address and set beside another period", async ({ page }) => {
  await expect(page.getByTestId("number-visits")).toBeVisible();
  await expect(page.getByText("Days are those of Europe/Berlin.")).toBeVisible();
  await page.getByLabel("Compared with").selectOption("previous");
  await expect(page.getByTestId("before-visits")).toContainText("against");
  await expect(page).toHaveURL(/compare=previous/);
  await page.reload();
  await expect(page.getByTestId("before-visits")).toBeVisible();
  await page.getByLabel("Counted by").selectOption("hour");
  const overTime = page.getByRole("region", { name: "Visits over time" }).first();
  await overTime.getByText("As a table").click();
  await expect(overTime.getByRole("rowheader").first()).toHaveText(/2 Nov 2026, 04:00/);
});

test("the table of a chart says what its bars do", async ({ page }) => {
  const overTime = page.getByRole("region", { name: "Visits over time" }).first();
  await overTime.getByText("As a table").click();
  await expect(overTime.getByRole("rowheader")).toHaveCount(14);
  await expect(overTime.getByRole("row").nth(3)).toContainText("62");
});

async function downloaded(page: Page, entry: string): Promise<Download> {
  await page.getByRole("button", { name: "Download", exact: true }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: entry }).click();
  return downloading;
}

test("the report goes into a file", async ({ page }) => {
  const download = await downloaded(page, "CSV, for a spreadsheet");
  expect(download.suggestedFilename()).toBe("footfall-2026-11-02-2026-11-15.csv");
  const text = await readFile(await download.path(), "utf8");
  expect(text.split("\r\n")).toHaveLength(16);
});

test("the report goes into a picture and into a document", async ({ page }) => {
  const picture = await downloaded(page, "Picture (PNG)");
  expect(picture.suggestedFilename()).toBe("footfall-2026-11-02-2026-11-15.png");
  expect((await readFile(await picture.path())).subarray(1, 4).toString()).toBe("PNG");
  const document = await downloaded(page, "PDF, a page for each site");
  expect(document.suggestedFilename()).toBe("footfall-2026-11-02-2026-11-15.pdf");
  expect((await readFile(await document.path())).subarray(0, 4).toString()).toBe("%PDF");
});

test("days on which nobody came say why", async ({ page }) => {
  await page.goto(page.url().replace(/\/reports.*/, "/reports?from=2025-06-01&to=2025-06-07"));
  await expect(page.getByText("Nobody was seen on these days")).toBeVisible();
});

test("past days that changed say by how much and why", async ({ page }) => {
  await page.getByRole("button", { name: "Changes to past days" }).click();
  const sheet = page.getByRole("dialog", { name: "Changes to past days" });
  const changes = sheet.getByTestId("past-change");
  await expect(changes).toHaveCount(2);
  await expect(changes.first()).toContainText("Mon, 2 Nov 2026, Harbour Street");
  await expect(changes.first()).toContainText("Visits: \u22123");
  await expect(changes.first()).toContainText("Visitors turned out to be one person.");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("numbers come with a range, and with where it comes from", async ({ page }) => {
  await expect(page.getByTestId("range-unique")).toContainText("within");
  await expect(page.getByTestId("accuracy")).toContainText("412 people");
  const overTime = page.getByRole("region", { name: "Visits over time" }).first();
  await overTime.getByText("As a table").click();
  await expect(overTime.getByRole("columnheader", { name: "Unique visitors, from – to" })).toBeVisible();
});

test("stays and the people in the shop say what they leave out", async ({ page }) => {
  const dwell = page.getByRole("region", { name: "How long visitors stay" }).first();
  await expect(dwell).toContainText("It is a lower bound");
  await dwell.getByText("As a table").click();
  await expect(dwell.getByRole("rowheader")).toHaveCount(14);
  const inside = page.getByRole("region", { name: "How many are in the shop" }).first();
  await expect(inside).toContainText("Choose one site");
  await page.getByLabel("Site", { exact: true }).selectOption({ index: 1 });
  await expect(inside).toContainText("visits were seen once");
  await inside.getByText("As a table").click();
  await expect(inside.getByRole("rowheader")).toHaveCount(7 * 24);
});
