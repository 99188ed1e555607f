import { test as plain, type Page } from "@playwright/test";

import { FAKE_ACCOUNT } from "./fake/auth";
import { FakeCore } from "./fake/core";
import { serveFake } from "./fake/server";
import { postFaceEvent } from "./faceEvent";

/** What the specs are run against. */
export interface Stack {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  /** Somebody who was never seen comes in; answers the visit's id when it is known. */
  readonly arrive: (page: Page) => Promise<void>;
  /** The core itself, when it lives in the test. */
  readonly fake?: FakeCore;
}

export interface StackOptions {
  stackKind: "running" | "fake";
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: it is in .footfall/demo.env`);
  return value;
}

function runningStack(): Stack {
  const url = required("GATEWAY_URL").replace(/\/$/, "");
  const email = required("DEMO_EMAIL");
  const password = required("DEMO_PASSWORD");
  return { url, email, password, arrive: (page) => postFaceEvent(page, { url, email, password }, required("WORKER_API_KEY")) };
}

export const test = plain.extend<object, StackOptions & { stack: Stack }>({
  stackKind: ["running", { option: true, scope: "worker" }],
  stack: [
    async ({ stackKind }, use) => {
      if (stackKind === "running") {
        await use(runningStack());
        return;
      }
      const core = new FakeCore();
      const { url, close } = await serveFake(core);
      await use({
        url,
        ...FAKE_ACCOUNT,
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

export { expect } from "@playwright/test";

export async function signIn(page: Page, stack: Stack, path = "/live"): Promise<void> {
  await page.goto(`${stack.url}${path}`);
  await page.getByLabel("E-mail address").fill(stack.email);
  await page.getByLabel("Password", { exact: true }).fill(stack.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${stack.url}${path}`);
}
