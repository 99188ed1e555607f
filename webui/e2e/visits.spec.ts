import { expect, signedIn, signIn, test } from "./stack";

signedIn("the filters are in the address and survive a reload", async ({ page, stack }) => {
  await stack.arrive(page);
  await signIn(page, stack, "/visits");
  const newBadges = page.getByText("New", { exact: true }).and(page.locator("span:visible"));
  await expect(newBadges.first()).toBeVisible();

  await page.getByLabel("New or repeat").selectOption("repeat");
  await expect(page).toHaveURL(/kind=repeat/);
  await expect(newBadges).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel("New or repeat")).toHaveValue("repeat");

  await page.getByLabel("From", { exact: true }).fill("2020-01-01");
  await page.getByLabel("To", { exact: true }).fill("2020-01-02");
  await expect(page.getByText("No visit matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await expect(newBadges.first()).toBeVisible();
});

signedIn("days in the wrong order are told and not asked for", async ({ page, stack }) => {
  await signIn(page, stack, "/visits?from=2026-02-02&to=2026-02-01");
  await expect(page.getByRole("alert")).toContainText("The first day is after the last one");
});

signedIn("a visit opens beside the table, and its visitor's other visits are one step away", async ({ page, stack }) => {
  await stack.arrive(page);
  await signIn(page, stack, "/visits");
  await page.locator("a:visible", { hasText: /./ }).and(page.locator('a[href^="/visits/"]')).first().click();
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText("Seen for at least")).toBeVisible();
  await drawer.getByRole("link", { name: /All visits of/ }).click();
  await expect(page).toHaveURL(/customer=/);
  await expect(page.getByRole("button", { name: /Show all visitors/ })).toBeVisible();
});

test("an address of a page leads there after signing in", async ({ page, stack }) => {
  await signIn(page, stack, "/visits?kind=new");
  await expect(page.getByLabel("New or repeat")).toHaveValue("new");
});

test("a wrong password is told in words", async ({ page, stack }) => {
  await page.goto(`${stack.url}/sign-in`);
  await page.getByLabel("E-mail address").fill(stack.accounts.administrator.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("E-mail address or password is wrong");
});
