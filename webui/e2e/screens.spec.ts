import AxeBuilder from "@axe-core/playwright";
import type { Page, TestInfo } from "@playwright/test";

import { LOCKED_EMAIL, SETUP_TOKEN } from "./fake/auth";
import { expect, signIn, test } from "./stack";

const WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Everything that the page complains about: errors, refused styles, unhandled rejections. */
function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}

async function judge(page: Page, name: string, complaints: string[], info: TestInfo): Promise<void> {
  await page.screenshot({
    path: info.outputPath(`${name}.png`),
    animations: "disabled",
    // A picture that is kept shows no face of a running stack.
    mask: info.project.name.startsWith("mock") ? [] : [page.getByTestId("face-image")],
  });
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG_AA).analyze();
  const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect(findings, "accessibility").toEqual([]);
  expect(complaints, "messages in the browser's console").toEqual([]);
}

const PAGES = [
  { name: "live", path: "/live", shows: '[data-testid="visit-card"]' },
  { name: "visits", path: "/visits", shows: 'a[href^="/visits/"]:visible' },
  { name: "sites", path: "/sites", shows: "section h2" },
];

test("sign-in", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await page.goto(`${stack.url}/`);
  await expect(page).toHaveURL(`${stack.url}/sign-in`);
  await expect(page.getByLabel("E-mail address")).toBeVisible();
  await judge(page, "sign-in", complaints, info);
});

test("sign-in with other ways, and after too many attempts", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs an identity provider and an address that is locked");
  // The browser itself writes a line for an answer that is an error.
  await page.goto(`${stack.url}/sign-in`);
  await expect(page.getByRole("button", { name: "Continue with Northwind Login" })).toBeVisible();
  await judge(page, "sign-in-providers", [], info);
  await page.getByLabel("E-mail address").fill(LOCKED_EMAIL);
  await page.getByLabel("Password", { exact: true }).fill("anything at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: /Try again in 1:0/ })).toBeDisabled();
  await judge(page, "sign-in-locked", [], info);
});

test("set your password", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await page.goto(`${stack.url}/set-password#${SETUP_TOKEN}`);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("7 more characters are needed")).toBeVisible();
  await judge(page, "set-password", complaints, info);
});

test("a provider's refusal", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await page.goto(`${stack.url}/sign-in/callback?error=access_denied&state=0123456789abcdef`);
  await expect(page.getByRole("alert")).toContainText("You were not signed in");
  await judge(page, "sign-in-callback", complaints, info);
});

for (const { name, path, shows } of PAGES) {
  test(name, async ({ page, stack }, info) => {
    const complaints = collectComplaints(page);
    await signIn(page, stack, path);
    if (name !== "sites") await stack.arrive(page);
    await page.goto(`${stack.url}${path}`);
    await expect(page.locator(shows).first()).toBeVisible();
    await expect(page.locator('[data-face="loading"]:visible')).toHaveCount(0);
    await judge(page, name, complaints, info);
  });
}

test("visit drawer", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/live");
  await stack.arrive(page);
  await page.getByTestId("visit-card").first().getByRole("link").click();
  await expect(page.getByRole("dialog").getByText("First seen")).toBeVisible();
  await judge(page, "visit", complaints, info);
});

test("site form", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/sites");
  await page.getByRole("button", { name: "Add site" }).click();
  await expect(page.getByLabel("Name")).toBeVisible();
  await judge(page, "site-form", complaints, info);
});

test("a page that does not exist", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/nowhere");
  await expect(page.getByText("There is no such page")).toBeVisible();
  await judge(page, "not-found", complaints, info);
});

test("account", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/sites");
  await expect(page.locator("section h2").first()).toBeVisible();
  if (info.project.name.endsWith("phone")) await page.getByRole("button", { name: "Account and colours" }).click();
  else await page.locator("button:visible", { has: page.getByTestId("who") }).click();
  await expect(page.getByRole("button", { name: "Sign out everywhere" })).toBeVisible();
  await judge(page, "account", complaints, info);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toBeVisible();
  await judge(page, "change-password", complaints, info);
});
