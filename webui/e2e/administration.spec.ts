import { readFile } from "node:fs/promises";

import { SYSTEM_ACCOUNT } from "./fake/auth";
import { judge } from "./judge";
import { expect, signIn, test } from "./stack";

// What administrators change is of the fake core alone: a running stack's accounts and keys are not to be touched.
test.beforeEach(({ stack }) => {
  test.skip(!stack.fake, "changes accounts and keys");
});

test("a person is invited, and gets a link that is shown once", async ({ page, stack }, info) => {
  await signIn(page, stack, "/users");
  await expect(page.getByText("ines@example.com").locator("visible=true")).toBeVisible();
  await judge(page, "users", info, { fullPage: true });
  await page.getByRole("button", { name: "Invite" }).click();
  await page.getByLabel("E-mail address").fill("kim@example.com");
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  await expect(page.getByText("A site manager needs one site or more.")).toBeVisible();
  await page.getByLabel("Harbour Street").check();
  await judge(page, "user-form", info, { fullPage: true });
  await page.getByRole("dialog").getByRole("button", { name: "Invite" }).click();
  await expect(page.getByTestId("secret")).toHaveValue(`${stack.url}/set-password#ffs_0199b000_shown-this-once`);
  await judge(page, "user-link", info, { fullPage: true });
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByTestId("secret")).toHaveCount(0);
  await expect(page.getByText("kim@example.com").locator("visible=true")).toBeVisible();
});

test("a key is made, shown once and revoked", async ({ page, stack }, info) => {
  await signIn(page, stack, "/keys");
  await expect(page.getByText("Till export").locator("visible=true")).toBeVisible();
  await judge(page, "keys", info, { fullPage: true });
  await page.getByRole("button", { name: "New API key" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Sensor");
  await page.getByLabel("Site", { exact: true }).selectOption("Harbour Street");
  await page.getByRole("button", { name: "Make the key" }).click();
  await expect(page.getByTestId("secret")).toHaveValue("ffk_0199b123_shown-this-once");
  await judge(page, "key-secret", info, { fullPage: true });
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Revoke Sensor" }).locator("visible=true").click();
  await judge(page, "key-revoke", info, { fullPage: true });
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("button", { name: "Revoke Sensor" }).locator("visible=true")).toHaveCount(0);
});

test("the log is read as far as somebody scrolls, filtered and taken along", async ({ page, stack }, info) => {
  test.slow();
  await signIn(page, stack, "/audit");
  await expect(page.getByText("Entries 251 to 450: no number is missing.")).toBeVisible();
  await page.screenshot({ path: info.outputPath("audit.png"), animations: "disabled" });
  await page.evaluate(() => {
    window.scrollTo(0, document.body.scrollHeight);
  });
  await expect(page.getByText("Entries 51 to 450: no number is missing.")).toBeVisible();
  await page.getByLabel("What").selectOption("Looks at pictures");
  await expect(page).toHaveURL(/what=image/);
  await expect(page.getByText("customer.merge")).toHaveCount(0);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const text = await readFile(await (await downloading).path(), "utf8");
  expect(new Set(text.trim().split("\r\n").slice(1).map((line) => line.split(",")[1]))).toEqual(new Set(["image.view"]));
  await page.getByRole("button", { name: /^Details of entry / }).first().click();
  await expect(page.getByRole("dialog").getByText("asked by the shop")).toBeVisible();
  await judge(page, "audit-entry", info);
  await page.getByRole("button", { name: "Close" }).click();
  await judge(page, "audit-filtered", info, { fullPage: true });
});

test("which pictures leave a shop is chosen", async ({ page, stack }, info) => {
  await signIn(page, stack, "/privacy");
  await page.getByLabel("Pictures that leave Harbour Street").selectOption("None");
  await expect(page.getByText("Saved")).toBeVisible();
  await judge(page, "privacy", info, { fullPage: true });
});

test("a system administrator acts for a tenant, and says so in every tab", async ({ page, stack, context }, info) => {
  await page.goto(`${stack.url}/`);
  await page.getByLabel("E-mail address").fill(SYSTEM_ACCOUNT.email);
  await page.getByLabel("Password", { exact: true }).fill(SYSTEM_ACCOUNT.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${stack.url}/tenants`);
  await expect(page.getByText("Eastwind Market").locator("visible=true")).toBeVisible();
  const other = await context.newPage();
  await other.goto(`${stack.url}/sites`);
  await expect(other.getByText("Your role does not show this page")).toBeVisible();
  await judge(other, "not-for-you", info, { fullPage: true });
  await page.getByLabel("Search by name").fill("east");
  await page.getByRole("button", { name: "Act for Eastwind Market" }).locator("visible=true").click();
  await expect(page.getByTestId("acting-for")).toContainText("Eastwind Market");
  await judge(page, "tenants", info, { fullPage: true });
  await expect(other.getByTestId("acting-for")).toContainText("Eastwind Market");
  await expect(other.getByRole("heading", { name: "Harbour Street" })).toBeVisible();
});

test("the console in Vietnamese, and offline", async ({ page, stack, context }, info) => {
  await signIn(page, stack, "/users");
  if (info.project.name.endsWith("phone")) {
    await page.getByRole("button", { name: "More" }).click();
    await judge(page, "more", info, { fullPage: true });
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Account and colours" }).click();
  } else await page.locator("button:visible", { has: page.getByTestId("who") }).click();
  await page.getByText("Tiếng Việt").locator("visible=true").click();
  await expect(page.getByRole("heading", { name: "Người dùng" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "vi");
  await context.setOffline(true);
  await expect(page.getByTestId("offline-banner")).toBeVisible();
  await judge(page, "vietnamese-offline", info, { fullPage: true });
});
