import { readFile } from "node:fs/promises";

import type { Page } from "@playwright/test";

import type { FakeStaffImports } from "./fake/staffImports";
import { makeZip, readZip } from "./fake/zip";
import { expect, signedIn as test, signIn, type Stack } from "./stack";
import { chooseZip, mixedZip, picture } from "./staffZip";

test.beforeEach(({ stack }) => {
  test.skip(!stack.fake, "needs the core of the test: it judges pictures by their size");
  stack.fake!.imports.reset();
});

const importsOf = (stack: Stack): FakeStaffImports => stack.fake!.imports;
const phase = (page: Page) => page.getByTestId("run").getAttribute("data-phase");
/** A number below its name. */
const count = (page: Page, label: string) => page.locator("dl > div").filter({ hasText: label }).locator("dd");
/** Rows of the table; the cards of a phone are there as well, unseen. */
const rows = (page: Page) => page.getByTestId("results").locator("tbody tr");

async function upload(page: Page, stack: Stack, zip: Buffer, how: "Check first" | "Import at once"): Promise<void> {
  await signIn(page, stack, "/staff/import");
  await chooseZip(page, zip);
  await page.getByRole("radio", { name: how }).check();
  await page.getByRole("button", { name: "Upload" }).click();
  await page.waitForURL(/\/staff\/import\/[0-9a-f-]{36}$/);
}

test("a good file, by folders, is imported at once, and leads to the people", async ({ page, stack }) => {
  const zip = makeZip({
    "Noa Berg/1.jpg": picture("good", 21),
    "Noa Berg/2.jpg": picture("good", 22),
    "Ann Lindqvist/new.jpg": picture("good", 23),
  });
  await upload(page, stack, zip, "Import at once");
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(count(page, "Enrolled")).toHaveText("3");
  await expect(count(page, "New people")).toHaveText("1");
  await expect(page.getByText("Why not")).toHaveCount(0);
  await expect(rows(page).filter({ hasText: "Ann Lindqvist/new.jpg" }).getByText("New", { exact: true })).toHaveCount(0);
  await rows(page).filter({ hasText: "Noa Berg/2.jpg" }).getByRole("link", { name: "Noa Berg" }).click();
  await expect(page.getByRole("heading", { name: "Noa Berg", level: 1 })).toBeVisible();
  await expect(page.getByTestId("enrolled-face")).toHaveCount(2);
});

test("a file with refused pictures is checked, and then imported", async ({ page, stack }) => {
  await upload(page, stack, mixedZip(1), "Check first");
  await expect(page.getByText("Checked: nobody was added yet")).toBeVisible();
  await expect(count(page, "Usable")).toHaveText("3");
  await expect(count(page, "People who would be new")).toHaveText("3");
  await expect(rows(page).getByRole("link")).toHaveCount(0);
  await page.getByRole("button", { name: "Import now" }).click();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(count(page, "Pictures refused")).toHaveText("2");
  await expect(count(page, "Rows and files not used")).toHaveText("3");
  await expect(rows(page).filter({ hasText: "ida/3.jpg" })).toContainText("Sharpness 31 %; at least 50 % is needed.");
  await expect(rows(page).filter({ hasText: "ida/4.jpg" })).toContainText("Take a picture that shows the face from the front.");
  await expect(rows(page).filter({ hasText: "lost.jpg" })).toContainText("The file is not in the zip file");
  await expect(rows(page).filter({ hasText: "pat.jpg" })).toContainText("Column email.");
  await expect(rows(page).filter({ hasText: "Row 5, no picture" }).getByRole("link", { name: "Uma Silva" })).toBeVisible();
  await page.getByRole("button", { name: "No face was found: 1" }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await expect(rows(page), "the filter is in the address").toHaveCount(1);
  await page.getByRole("button", { name: "Taken 3" }).click();
  await expect(rows(page)).toHaveCount(3);
  expect(importsOf(stack).runs, "a reload of a finished import runs nothing").toBe(2);
});

test("a broken file says what is wrong, and can be deleted", async ({ page, stack }) => {
  await upload(page, stack, Buffer.from("not a zip file at all"), "Import at once");
  await expect(page.getByRole("alert")).toContainText("This is no zip file");
  await upload(page, stack, makeZip({ "staff.csv": "file;phone\r\na.jpg;1", "a.jpg": picture("good", 31) }), "Check first");
  await expect(page.getByRole("alert")).toContainText("The CSV file names nobody");
  await expect(page.getByRole("alert")).toContainText("Row 1.");
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(/\/staff\/import$/);
  await expect(page.getByRole("button", { name: /^Delete the import/ }).and(page.locator(":visible"))).toHaveCount(1);
});

test("after a break of the stream it goes on where it stopped, each picture once", async ({ page, stack }) => {
  const imports = importsOf(stack);
  imports.holdBefore = 3;
  const names = Array.from({ length: 6 }, (_, at) => `Lev Ahn/${at + 1}.jpg`);
  await upload(page, stack, makeZip(Object.fromEntries(names.map((name, at) => [name, picture("good", 41 + at)]))), "Import at once");
  await expect(page.getByText("2 of 6", { exact: true })).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Importing" })).toHaveAttribute("value", "33");
  imports.cut();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(rows(page).locator("td:first-child")).toHaveText(names);
  await expect(count(page, "Enrolled")).toHaveText("6");
  expect(imports.runs).toBe(2);
});

test("while the network is away it says so, and goes on by itself", async ({ page, stack, context }) => {
  const imports = importsOf(stack);
  imports.holdBefore = 2;
  await upload(page, stack, makeZip({ "Mia Roth/1.jpg": picture("good", 51), "Mia Roth/2.jpg": picture("good", 52) }), "Import at once");
  await expect(page.getByText("1 of 2", { exact: true })).toBeVisible();
  await context.setOffline(true);
  imports.cut();
  await expect(page.getByRole("heading", { name: "The connection broke" })).toBeVisible();
  await expect(page.getByTestId("offline-banner")).toBeVisible();
  await expect(rows(page), "what is known stays").toHaveCount(1);
  await context.setOffline(false);
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(count(page, "Enrolled")).toHaveText("2");
});

test("leaving the page stops the import, and coming back goes on", async ({ page, stack }) => {
  const imports = importsOf(stack);
  imports.holdBefore = 2;
  await upload(page, stack, makeZip({ "Ola Fry/1.jpg": picture("good", 61), "Ola Fry/2.jpg": picture("good", 62) }), "Import at once");
  await expect(page.getByText("1 of 2", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Import staff" }).click();
  await expect(page.getByText("Stopped half way").and(page.locator(":visible"))).toBeVisible();
  imports.release();
  await page.locator('main a[href^="/staff/import/"]:visible').click();
  await expect(page.getByText("Stopped after 1 of 2")).toBeVisible();
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
});

test("a second import waits for the first, which runs in another tab", async ({ page, stack, context }) => {
  const imports = importsOf(stack);
  imports.holdBefore = 1;
  await upload(page, stack, makeZip({ "Kim Day/1.jpg": picture("good", 71) }), "Import at once");
  await expect.poll(() => phase(page)).toBe("running");
  const other = await context.newPage();
  await upload(other, stack, makeZip({ "Joe Day/1.jpg": picture("good", 72) }), "Import at once");
  await expect(other.getByRole("heading", { name: "Another import is running" })).toBeVisible();
  imports.release();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(other.getByRole("heading", { name: "Imported" })).toBeVisible();
});

test("an upload that breaks off is taken up again with the same file", async ({ page, stack }) => {
  const imports = importsOf(stack);
  // Random bytes do not pack: three parts of the file's size arrive as three parts.
  const zip = makeZip({ "Rui Sá/1.jpg": Buffer.concat(Array.from({ length: 120_000 }, () => Buffer.from(crypto.getRandomValues(new Uint8Array(60))))) });
  imports.awayForParts = 1_000;
  await signIn(page, stack, "/staff/import");
  await chooseZip(page, zip);
  await page.getByRole("radio", { name: "Import at once" }).check();
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("The server cannot be reached.")).toBeVisible();
  await page.getByRole("link", { name: "Staff", exact: true }).first().click();
  imports.awayForParts = 0;
  await page.goto(`${stack.url}/staff/import`);
  await page.locator('main a[href^="/staff/import/"]:visible').click();
  await expect(page.getByText("The file is not all here")).toBeVisible();
  await page.getByTestId("file-input").setInputFiles({ name: "other.zip", mimeType: "application/zip", buffer: mixedZip(2) });
  await expect(page.getByRole("alert")).toContainText("This is another file");
  await page.getByTestId("file-input").setInputFiles({ name: "staff.zip", mimeType: "application/zip", buffer: zip });
  await expect(page.getByRole("heading", { name: "The file is here" })).toBeVisible();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(count(page, "Enrolled")).toHaveText("1");
});

test("the template is a CSV file that the core reads", async ({ page, stack }) => {
  await signIn(page, stack, "/staff/import");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download a CSV template" }).click()]);
  expect(download.suggestedFilename()).toBe("staff-template.csv");
  const sheet = await readFile(await download.path());
  expect(sheet.toString("utf8")).toContain("Harbour Street|Old Town Market");
  const zip = makeZip({ "staff-template.csv": sheet });
  expect(readZip(zip)?.get("staff-template.csv")).toEqual(sheet);
  await upload(page, stack, zip, "Import at once");
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await expect(count(page, "New people"), "whoever forgets to empty it adds nobody").toHaveText("0");
});

test("a site manager says where new people work", async ({ browser, stack }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, stack, "/staff/import", "manager");
  await chooseZip(page, makeZip({ "Tea Lund/1.jpg": picture("good", 81) }));
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("Choose where they work.")).toBeVisible();
  await page.getByRole("checkbox", { name: "Old Town Market" }).check();
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("Checked: nobody was added yet")).toBeVisible();
  await context.close();
});
