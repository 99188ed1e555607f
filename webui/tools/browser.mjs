// What the tools of this folder do with a browser.
import { chromium } from "@playwright/test";

const FLAGS = ["--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

/** The installed Chromium; its sandbox needs a user that is not root. */
export function launchBrowser(...flags) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), ...FLAGS, ...flags],
  });
}

/** Signs in on the live page, and waits until it listens. */
export async function openLivePage(page, { url, email, password }) {
  await page.goto(`${url}/live`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator('[data-testid="link-state"][data-phase="live"]').waitFor();
}
