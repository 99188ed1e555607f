import type { Page } from "@playwright/test";

import { FAKE_ACCOUNT, SECOND_ACCOUNT, SETUP_TOKEN } from "./fake/auth";
import type { FakeCore } from "./fake/core";
import { expect, signIn, type Stack, test } from "./stack";

const REFRESH = "**/footfall.v1.AuthService/IssueToken";

/** What these flows need is only in the test's own core: short lives, clocks that are off, a provider. */
function fakeOf(stack: Stack): FakeCore {
  test.skip(!stack.fake, "needs the core of the test");
  return stack.fake!;
}

test.afterEach(({ stack }) => {
  stack.fake?.auth.reset();
});

async function openAccount(page: Page): Promise<void> {
  await page.locator("button:visible", { has: page.getByTestId("who") }).click();
}

/** Every place where something of a page could be kept or seen. */
async function traces(page: Page): Promise<string> {
  return page.evaluate(() =>
    JSON.stringify([
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      document.cookie,
      location.href,
      performance.getEntriesByType("resource").map(({ name }) => name),
      performance.getEntriesByType("navigation").map(({ name }) => name),
    ]),
  );
}

test("a reload and a deep link keep the session, without a glance at the sign-in page", async ({ page, stack }) => {
  await signIn(page, stack, "/visits?kind=new");
  const seen: string[] = [];
  page.on("framenavigated", (frame) => seen.push(new URL(frame.url()).pathname));
  await page.reload();
  await expect(page.getByLabel("New or repeat")).toHaveValue("new");
  await page.goto(`${stack.url}/sites`);
  await expect(page.locator("section h2").first()).toBeVisible();
  expect(seen).not.toContain("/sign-in");
  await page.goto(`${stack.url}/sign-in?next=%2Fsites`);
  await expect(page).toHaveURL(`${stack.url}/sites`);
});

test("a first visitor is shown the sign-in page without a call for a session", async ({ page, stack }) => {
  const calls: string[] = [];
  page.on("request", (request) => calls.push(new URL(request.url()).pathname));
  await page.goto(`${stack.url}/visits`);
  await expect(page.getByLabel("E-mail address")).toBeVisible();
  expect(calls).not.toContain("/footfall.v1.AuthService/IssueToken");
});

test("no token is in a storage, an address or the browser's console", async ({ page, stack }) => {
  const { auth } = fakeOf(stack);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("request", (request) => said.push(request.url()));
  await signIn(page, stack, "/live");
  await page.reload();
  await expect(page.getByTestId("visit-card").first()).toBeVisible();
  const all = (await traces(page)) + said.join(" ");
  expect(auth.secrets.filter((secret) => all.includes(secret))).toEqual([]);
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === "footfall_refresh");
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/footfall.v1.AuthService/" });
});

for (const hours of [-5, 0, 5]) {
  test(`the live stream outlives its token, with a clock that is ${hours} hours off`, async ({ page, stack }) => {
    const core = fakeOf(stack);
    core.auth.skewMs = hours * 3_600_000;
    // The console takes no lifetime for shorter than 30 s, so this one ends before it is refreshed ahead.
    core.auth.lifetimeMs = 4_000;
    await signIn(page, stack, "/live");
    await expect(page.getByTestId("visit-card").first()).toBeVisible();
    const before = core.auth.refreshes;
    const known = await page.getByTestId("visit-card").count();
    const made: string[] = [];
    for (let at = 0; at < 7; at += 1) {
      made.push(core.arrive().visitId);
      await page.waitForTimeout(1_000);
    }
    for (const visitId of made) await expect(page.locator(`[data-visit="${visitId}"]`), "each one, once").toHaveCount(1);
    expect(await page.getByTestId("visit-card").count()).toBeGreaterThanOrEqual(Math.min(known + 1, made.length));
    expect(core.auth.refreshes - before).toBeGreaterThanOrEqual(1);
    expect(core.auth.refreshes - before, "not again and again").toBeLessThanOrEqual(3);
    await expect(page.getByTestId("link-state")).toHaveAttribute("data-phase", "live");
    await expect(page).toHaveURL(/\/live$/);
  });
}

test("six tabs refresh once", async ({ page, stack, context }) => {
  const core = fakeOf(stack);
  await signIn(page, stack, "/sites");
  const tabs = [page];
  for (let at = 1; at < 6; at += 1) {
    const tab = await context.newPage();
    await tab.goto(`${stack.url}/sites`);
    await expect(tab.locator("section h2").first()).toBeVisible();
    tabs.push(tab);
  }
  expect(core.auth.refreshes, "a new tab takes the token of the others").toBe(0);
  core.auth.expireAll();
  const before = core.auth.refreshes;
  await Promise.all(tabs.map((tab) => tab.getByRole("link", { name: "Visits", exact: true }).locator("visible=true").click()));
  for (const tab of tabs) await expect(tab.locator('a[href^="/visits/"]:visible').first()).toBeVisible();
  expect(core.auth.refreshes - before).toBe(1);
  for (const tab of tabs.slice(1)) await tab.close();
});

test("while the core is away the session stays, and the page opens when it is back", async ({ page, stack }) => {
  await signIn(page, stack, "/sites");
  await page.route(REFRESH, (route) => route.abort());
  await page.reload();
  await expect(page.getByTestId("offline")).toContainText("You stay signed in");
  await page.unroute(REFRESH);
  await expect(page.locator("section h2").first()).toBeVisible();
  await expect(page).toHaveURL(`${stack.url}/sites`);
});

test("a session that ended elsewhere leads to the sign-in page and back", async ({ page, stack }) => {
  const core = fakeOf(stack);
  await signIn(page, stack, "/sites");
  await expect(page.locator("section h2").first()).toBeVisible();
  core.auth.endAll();
  await page.getByRole("link", { name: "Visits", exact: true }).locator("visible=true").click();
  await expect(page.getByText("Your session ended")).toBeVisible();
  // The stream of changes may have noticed it before the page that was asked for did: then it leads back to the other.
  await expect(page).toHaveURL(/\/sign-in\?next=%2F(visits|sites)$/);
  const next = new URL(page.url()).searchParams.get("next")!;
  await page.getByLabel("E-mail address").fill(stack.accounts.administrator.email);
  await page.getByLabel("Password", { exact: true }).fill(stack.accounts.administrator.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(`${stack.url}${next}`);
});

test("signing out ends every tab, and a reload does not bring the session back", async ({ page, stack, context }) => {
  await signIn(page, stack, "/sites");
  const other = await context.newPage();
  await other.goto(`${stack.url}/live`);
  await expect(other.getByRole("heading", { name: "Live" })).toBeVisible();
  await openAccount(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(`${stack.url}/sign-in`);
  await expect(other).toHaveURL(`${stack.url}/sign-in`);
  await other.goto(`${stack.url}/visits`);
  await expect(other.getByLabel("E-mail address")).toBeVisible();
  await other.close();
});

test("every tab follows the one that signs in as somebody else", async ({ page, stack, context }) => {
  fakeOf(stack);
  await signIn(page, stack, "/sites");
  const other = await context.newPage();
  await other.goto(`${stack.url}/sites`);
  await expect(other.locator("section h2").first()).toBeVisible();
  // Both are signed out and stand at the sign-in page; the second account signs in at one of them.
  await openAccount(page);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(other.getByLabel("E-mail address")).toBeVisible();
  await page.getByLabel("E-mail address").fill(SECOND_ACCOUNT.email);
  await page.getByLabel("Password", { exact: true }).fill(SECOND_ACCOUNT.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  for (const tab of [page, other]) await expect(tab.locator('[data-testid="who"]:visible')).toHaveText("Jon Berg");
  await other.close();
});

test("a sign-in at an identity provider leads to the page that was asked for, and leaves no trace", async ({ page, stack }) => {
  const { auth } = fakeOf(stack);
  await page.goto(`${stack.url}/sites`);
  await page.getByRole("button", { name: "Continue with Northwind Login" }).click();
  await page.getByRole("link", { name: "Allow" }).click();
  await expect(page.locator('[data-testid="who"]:visible')).toHaveText("Ole Nordmann");
  await expect(page).toHaveURL(`${stack.url}/sites`);
  const kept = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), location.href]),
  );
  expect(auth.secrets.filter((secret) => kept.includes(secret))).toEqual([]);
  await page.reload();
  await expect(page.locator('[data-testid="who"]:visible')).toHaveText("Ole Nordmann");
});

test("a refusal of the identity provider is told in the console's words", async ({ page, stack }) => {
  fakeOf(stack);
  await page.goto(`${stack.url}/sites`);
  await page.getByRole("button", { name: "Continue with Northwind Login" }).click();
  await page.getByRole("link", { name: "Deny" }).click();
  await expect(page.getByRole("alert")).toContainText("You were not signed in");
  await expect(page.getByText("said the provider")).toHaveCount(0);
  await expect(page).toHaveURL(`${stack.url}/sign-in/callback`);
  await page.getByRole("link", { name: "Back to sign-in" }).click();
  await expect(page.getByLabel("E-mail address")).toBeVisible();
});

test("a link sets the first password; its token is in no address and sent nowhere but there", async ({ page, stack }) => {
  fakeOf(stack);
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto(`${stack.url}/set-password#${SETUP_TOKEN}`);
  await expect(page).toHaveURL(`${stack.url}/set-password`);
  await page.getByLabel("New password").fill("password password");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("must not be easily guessed")).toBeVisible();
  await page.getByLabel("New password").fill("four words nobody knows");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("Your password is set")).toBeVisible();
  expect(addresses.filter((address) => new URL(address).hash === "" && address.includes(SETUP_TOKEN))).toEqual([]);
  await page.getByLabel("E-mail address").fill("new@example.com");
  await page.getByLabel("Password", { exact: true }).fill("four words nobody knows");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.locator('[data-testid="who"]:visible')).toHaveText("Nia Novak");
});

test("a link that is pasted over the open page counts", async ({ page, stack }) => {
  await page.goto(`${stack.url}/set-password`);
  await expect(page.getByRole("alert")).toContainText("This link is not complete");
  await page.evaluate((hash) => {
    location.hash = hash;
  }, SETUP_TOKEN);
  await expect(page.getByLabel("New password")).toBeVisible();
  await expect(page).toHaveURL(`${stack.url}/set-password`);
});

test("changing the password asks for the current one", async ({ page, stack }) => {
  fakeOf(stack);
  await signIn(page, stack, "/sites");
  await openAccount(page);
  await page.getByRole("button", { name: "Change password" }).click();
  const form = page.getByRole("form", { name: "Change password" });
  await form.getByLabel("Current password").fill("not this one");
  await form.getByLabel("New password").fill("four words nobody knows");
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(form.getByText("This is not your password.")).toBeVisible();
  await form.getByLabel("Current password").fill(FAKE_ACCOUNT.password);
  await form.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Everywhere else you are signed out")).toBeVisible();
});
