import type { Page } from "@playwright/test";

import { collectComplaints, judge } from "./judge";
import { type ConsolePage, PAGES_OF } from "./pages";
import { expect, type RoleName, signIn, test } from "./stack";

/** A dozen pages, each of which is looked at by axe: on a machine with other work a few seconds each. */
const WALK_MS = 600_000;

/** The addresses that the navigation offers, on a phone those behind "More" too. */
async function offered(page: Page): Promise<string[]> {
  const links = page.locator("nav a:visible");
  const addresses = () => links.evaluateAll((found) => found.map((link) => link.getAttribute("href") ?? ""));
  await links.first().waitFor();
  const shown = await addresses();
  const more = page.getByRole("button", { name: "More", exact: true });
  if (!(await more.isVisible())) return shown;
  await more.click();
  await page.getByRole("dialog").waitFor();
  const all = await addresses();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  return all;
}

/** Goes to a page as people do. */
async function follow(page: Page, path: string): Promise<void> {
  const link = page.locator(`nav a[href="${path}"]:visible`);
  if ((await link.count()) === 0) await page.getByRole("button", { name: "More", exact: true }).click();
  await link.first().click();
  await page.waitForURL((url) => url.pathname === path);
}

async function walk(page: Page, pages: readonly ConsolePage[], each: (name: string) => Promise<void>): Promise<void> {
  const own = pages.filter(({ from }) => from === undefined);
  expect([...new Set(await offered(page))].sort()).toEqual(own.map(({ path }) => path).sort());
  for (const { name, path, shows, from } of pages) {
    await test.step(name, async () => {
      await follow(page, from ?? path);
      if (from !== undefined) await page.locator(`main a[href="${path}"]:visible`).first().click();
      await page.waitForURL((url) => url.pathname === path);
      await expect(page.locator("main h1").first()).toBeVisible();
      await expect(page.locator(shows).first()).toBeVisible();
      await each(name);
    });
  }
}

for (const role of ["administrator", "manager"] as const satisfies readonly RoleName[]) {
  test(`every page as ${role}`, async ({ page, stack }, info) => {
    test.setTimeout(WALK_MS);
    const complaints = collectComplaints(page);
    await stack.arrive(page);
    await signIn(page, stack, "/live", role);
    await walk(page, PAGES_OF[role], (name) => judge(page, `${role}-${name}`, info, { complaints }));
  });
}

test("what a manager may not see says so", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/audit", "manager");
  await expect(page.getByText("Your role does not show this page")).toBeVisible();
  await judge(page, "manager-not-for-you", info, { complaints });
});

test("every page as system administrator, outside of a tenant and inside", async ({ page, stack }, info) => {
  test.setTimeout(WALK_MS);
  const complaints = collectComplaints(page);
  await stack.arrive(page);
  await signIn(page, stack, "/tenants", "system");
  await walk(page, PAGES_OF.system, (name) => judge(page, `system-${name}`, info, { complaints }));
  await follow(page, "/tenants");
  await page.locator('button[aria-label^="Act for "]:visible').first().click();
  await expect(page.getByTestId("acting-for")).toBeVisible();
  await walk(page, PAGES_OF["system acting"], (name) => judge(page, `acting-${name}`, info, { complaints }));
});
