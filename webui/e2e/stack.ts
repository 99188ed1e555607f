import { type APIRequestContext, type BrowserContext, type Page, test as plain, type WorkerInfo } from "@playwright/test";

import { FAKE_ACCOUNT, MANAGER_ACCOUNT, SYSTEM_ACCOUNT } from "./fake/auth";
import { FakeCore } from "./fake/core";
import { serveFake } from "./fake/server";
import { postFaceEvent } from "./faceEvent";
import { type Account, JsonApi } from "./jsonApi";
import { demoShop, type Shop } from "./shop";

export type RoleName = "administrator" | "manager" | "system";

/** What the specs are run against. */
export interface Stack {
  readonly url: string;
  /** Somebody of each role. Unless a test says otherwise, the administrator signs in. */
  readonly accounts: Readonly<Record<RoleName, Account>>;
  /** Somebody who was never seen comes in. `page` shows afterwards what it showed before. */
  readonly arrive: (page: Page) => Promise<void>;
  /** The core itself, when it lives in the test. */
  readonly fake?: FakeCore;
  /** The demo shop, when the stack is a running one. */
  readonly shop?: Shop;
}

export interface StackOptions {
  stackKind: "running" | "fake";
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: tests/e2e/browser_walk.py says what it is`);
  return value;
}

function account(prefix: string): Account {
  return { email: required(`${prefix}_EMAIL`), password: required(`${prefix}_PASSWORD`) };
}

function runningStack(calls: APIRequestContext): Stack {
  const url = required("GATEWAY_URL").replace(/\/$/, "");
  const accounts = { administrator: account("DEMO"), manager: account("MANAGER"), system: account("SYSTEM") };
  const admin = new JsonApi(calls, url, accounts.administrator);
  const worker = new JsonApi(calls, url, { apiKey: required("WORKER_API_KEY") });
  const shop = demoShop(calls, admin, {
    cameraUrl: required("DEMO_CAMERA_URL"),
    pictures: required("DEMO_PICTURES"),
    workerLog: required("WORKER_LOG"),
  });
  return { url, accounts, arrive: (page) => postFaceEvent(page, admin, worker), shop };
}

export const test = plain.extend<object, StackOptions & { stack: Stack }>({
  stackKind: ["running", { option: true, scope: "worker" }],
  stack: [
    async ({ stackKind, playwright }, use) => {
      if (stackKind === "running") {
        const calls = await playwright.request.newContext();
        await use(runningStack(calls));
        await calls.dispose();
        return;
      }
      const core = new FakeCore();
      const { url, close } = await serveFake(core);
      await use({
        url,
        accounts: { administrator: FAKE_ACCOUNT, manager: MANAGER_ACCOUNT, system: SYSTEM_ACCOUNT },
        fake: core,
        arrive: async () => {
          core.giveImage(core.arrive());
        },
      });
      await close();
    },
    { scope: "worker" },
  ],
});

/**
 * For what begins signed in, and leaves nothing behind in the browser: the tests of a worker share one profile, so
 * that the console is loaded and the password typed once and not in each of them. Each has tabs of its own.
 */
export const signedIn = test.extend<object, { profile: BrowserContext }>({
  profile: [
    async ({ browser }, use, info) => {
      const profile = await browser.newContext(screenOf(info));
      await use(profile);
      await profile.close();
    },
    { scope: "worker" },
  ],
  context: async ({ profile }, use) => {
    await use(profile);
    for (const tab of profile.pages()) await tab.close();
  },
});

/** The demo shop of a running stack. */
export function shopOf({ shop }: Stack): Shop {
  if (!shop) throw new Error("the core that lives in the test has no demo shop");
  return shop;
}

/** The project's screen: a profile that outlives a test is not given it by itself. */
function screenOf({ project: { use } }: WorkerInfo) {
  const { viewport, colorScheme, deviceScaleFactor, hasTouch, locale, timezoneId, contextOptions } = use;
  const given = Object.entries({ viewport, colorScheme, deviceScaleFactor, hasTouch, locale, timezoneId });
  return { ...contextOptions, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
}

export { expect } from "@playwright/test";

/** Opens a page of the console, by way of the sign-in page where nobody is signed in yet. */
export async function signIn(page: Page, stack: Stack, path = "/live", role: RoleName = "administrator"): Promise<void> {
  const email = page.getByLabel("E-mail address");
  await page.goto(`${stack.url}${path}`);
  await email.or(page.locator("main#content")).first().waitFor();
  if (await email.isVisible()) {
    await email.fill(stack.accounts[role].email);
    await page.getByLabel("Password", { exact: true }).fill(stack.accounts[role].password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.locator("main#content").waitFor();
  }
  await page.waitForURL(`${stack.url}${path}`);
}
