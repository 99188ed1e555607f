import { verify } from "node:crypto";
import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import { SYSTEM_ACCOUNT } from "./fake/auth";
import { id, portrait } from "./fake/data";
import { collectComplaints, judge } from "./judge";
import { expect, signIn, test } from "./stack";

// What administrators change is of the fake core alone: a running stack's accounts and keys are not to be touched.
test.beforeEach(({ stack }) => {
  test.skip(!stack.fake, "changes accounts and keys");
});

/** A drawn head as a JPEG file, made by the browser: the core of the test judges pictures by their bytes. */
async function pictureOf(page: Page, sidePx: number): Promise<Buffer> {
  const jpeg = await page.evaluate(
    async ({ svg, side }) => {
      const image = new Image();
      image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = side;
      canvas.height = side;
      canvas.getContext("2d")!.drawImage(image, 0, 0, side, side);
      return canvas.toDataURL("image/jpeg", 0.95).split(",")[1]!;
    },
    { svg: portrait(41), side: sidePx },
  );
  return Buffer.from(jpeg, "base64");
}

async function downloaded(page: Page, click: () => Promise<void>): Promise<{ name: string; text: string }> {
  const downloading = page.waitForEvent("download");
  await click();
  const file = await downloading;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

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
  // Not of Harbour Street: its cameras are looked at by others, who share this core.
  await page.getByLabel("Pictures that leave Old Town Market").selectOption("None");
  await expect(page.getByText("Saved")).toBeVisible();
  await judge(page, "privacy", info, { fullPage: true });
});

test("somebody asks to be forgotten, and gets a receipt that the public key verifies", async ({ page, stack }, info) => {
  test.slow();
  const complaints = collectComplaints(page);
  const { erasures } = stack.fake!;
  erasures.holds = true;
  await signIn(page, stack, "/privacy");
  const section = page.getByRole("region", { name: "Erasures" });
  await expect(section.getByText("by the core, after a backup was restored").first()).toBeVisible();
  await section.getByRole("button", { name: "Show more" }).click();
  await expect(section.getByRole("listitem")).toHaveCount(22);
  await section.getByRole("link", { name: "Somebody asks to be forgotten" }).click();
  // The page before has a field for tickets, too.
  await expect(page.getByRole("heading", { name: "Who asks?" })).toBeVisible();
  await page.getByLabel("Ticket number").fill("DSR-2026-0777");
  await page.getByTestId("file-input").setInputFiles({ name: "unseen.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(4500, 1) });
  await expect(page.getByText("Nobody resembles this picture")).toBeVisible();
  await page.getByTestId("file-input").setInputFiles({ name: "front.jpg", mimeType: "image/jpeg", buffer: await pictureOf(page, 400) });
  await expect(page.getByTestId("candidate")).toHaveCount(3);
  await judge(page, "privacy-candidates", info, { complaints, fullPage: true });
  await page.getByRole("button", { name: "It is this person: Visitor 41" }).click();
  await expect(page.getByRole("heading", { name: "Erase this person?" })).toBeFocused();
  await expect(page.getByRole("button", { name: "Erase for ever" })).toBeDisabled();
  await judge(page, "privacy-confirm", info, { complaints, fullPage: true });
  await page.getByLabel("Type Visitor 41 to confirm").fill("visitor 41");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "They are forgotten" })).toBeVisible();
  await judge(page, "privacy-progress", info, { complaints, fullPage: true });
  await page.getByRole("link", { name: "To all erasures" }).click();
  await expect(section.getByText("Being completed")).toBeVisible();
  await judge(page, "privacy-open", info, { complaints, fullPage: true });
  erasures.release();
  await expect(section.getByText("Being completed")).toHaveCount(0);
  await section.getByRole("searchbox", { name: "Ticket number" }).fill("DSR-2026-0777");
  await expect(section.getByRole("listitem")).toHaveCount(1);
  const receipt = await downloaded(page, () => section.getByRole("button", { name: /^Download the receipt of/ }).click());
  const key = await downloaded(page, () => section.getByRole("button", { name: "Download the public key" }).click());
  expect(receipt.name).toMatch(/^footfall-erasure-[0-9a-f-]{36}\.jws$/);
  expect(key.name).toBe("footfall-erasure-key.pem");
  const [head = "", claims = "", signature = ""] = receipt.text.split(".");
  expect(verify(null, Buffer.from(`${head}.${claims}`), key.text, Buffer.from(signature, "base64url"))).toBe(true);
  expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({ ticket: "DSR-2026-0777" });
  await judge(page, "privacy-ticket", info, { complaints, fullPage: true });
});

test("somebody asks not to be recognised again, and changes their mind", async ({ page, stack }, info) => {
  test.slow();
  const complaints = collectComplaints(page);
  stack.fake!.erasures.release();
  await signIn(page, stack, "/privacy");
  const section = page.getByRole("region", { name: "Opted out" });
  await expect(section.getByRole("listitem")).toHaveCount(3);
  await expect(section.getByText("Not in force")).toHaveCount(1);
  await section.getByRole("link", { name: "Add" }).click();
  await expect(page.getByRole("heading", { name: "Who asks?" })).toBeVisible();
  await page.getByLabel("Ticket number").fill("OUT-2026-0777");
  await page.getByTestId("file-input").setInputFiles({ name: "unseen.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(4500, 1) });
  await expect(page.getByRole("button", { name: "Leave this person out" })).toBeDisabled();
  await page.getByRole("switch", { name: "Do not recognise this person from now on" }).click();
  await judge(page, "privacy-opt-out-offer", info, { complaints, fullPage: true });
  await page.getByRole("button", { name: "Leave this person out" }).click();
  await expect(page.getByText("They are left out from now on")).toBeVisible();
  await page.getByTestId("file-input").setInputFiles({ name: "front.jpg", mimeType: "image/jpeg", buffer: await pictureOf(page, 400) });
  await page.getByRole("button", { name: "It is this person: Visitor 44" }).click();
  await page.getByRole("switch", { name: "And do not recognise this person again" }).click();
  await judge(page, "privacy-opt-out-confirm", info, { complaints, fullPage: true });
  await page.getByLabel("Type Visitor 44 to confirm").fill("visitor 44");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "All of them is gone" })).toBeVisible();
  await page.getByRole("link", { name: "To all erasures" }).click();
  await expect(section.getByRole("listitem")).toHaveCount(5);
  await judge(page, "privacy-opt-outs", info, { complaints, fullPage: true });
  await section.getByRole("button", { name: /^Take off the list: Ticket OUT-2026-0777/ }).first().click();
  const dialog = page.getByRole("dialog", { name: "Recognise this person again?" });
  await judge(page, "privacy-opt-in", info, { complaints });
  await dialog.getByRole("button", { name: "Take off the list" }).click();
  await expect(section.getByRole("listitem")).toHaveCount(4);
});

test("a customer is erased on their own page, and the way leads to the receipt", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  stack.fake!.erasures.release();
  await signIn(page, stack, `/customers/${id(4, 46)}`);
  await page.getByRole("button", { name: "Erase…" }).click();
  await page.getByLabel("Ticket number").fill("DSR-2026-0778");
  await judge(page, "customer-erase-ticket", info, { complaints });
  await page.getByLabel("Type Visitor 46 to confirm").fill("Visitor 46");
  await page.getByRole("button", { name: "Erase for ever" }).click();
  await expect(page.getByRole("dialog", { name: "Visitor 46 is forgotten" })).toBeVisible();
  await judge(page, "customer-erased", info, { complaints });
  await page.getByRole("link", { name: "To the receipt" }).click();
  const one = page.getByRole("region", { name: "The erasure", exact: true });
  await expect(one.getByText("Ticket DSR-2026-0778")).toBeVisible();
  await expect(one.getByRole("button", { name: /^Download the receipt of/ })).toBeVisible();
  await judge(page, "privacy-one", info, { complaints });
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
