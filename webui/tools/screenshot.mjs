// Writes docs/images/live.png from a running stack: signs in, opens Live, and blurs every face.
// GATEWAY_URL, DEMO_EMAIL and DEMO_PASSWORD come from the environment, else from .footfall/demo.env, which
// "make demo" wrote. THEME=dark takes the dark one; an argument is another file to write to.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { launchBrowser, openLivePage } from "./browser.mjs";

const OUTPUT = fileURLToPath(new URL("../../docs/images/live.png", import.meta.url));
const PATIENCE_MS = 30_000;

const home = process.env.FOOTFALL_HOME ?? fileURLToPath(new URL("../../.footfall", import.meta.url));
const demo = join(home, "demo.env");
// What the environment says wins.
if (existsSync(demo)) process.loadEnvFile(demo);

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set: run "make demo" first`);
    process.exit(2);
  }
  return value;
}

const url = required("GATEWAY_URL").replace(/\/$/, "");
const email = required("DEMO_EMAIL");
const password = required("DEMO_PASSWORD");
const output = process.argv[2] ?? OUTPUT;

const browser = await launchBrowser();
try {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.25,
    colorScheme: process.env.THEME === "dark" ? "dark" : "light",
    locale: "en-GB",
    reducedMotion: "reduce",
    // The page's own policy would refuse the style that blurs.
    bypassCSP: true,
  });
  // From the first moment on: no frame of this browser shows a face.
  await context.addInitScript(() => {
    document.addEventListener("DOMContentLoaded", () => {
      const style = document.createElement("style");
      style.textContent = '[data-testid="face-image"] { filter: blur(14px) saturate(0.8); }';
      document.head.append(style);
    });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await openLivePage(page, { url, email, password });
  await page.getByTestId("visit-card").first().waitFor();
  await page.locator('[data-face="loading"]').first().waitFor({ state: "detached" });
  await page.mouse.move(0, 0);
  const sharp = await page
    .getByTestId("face-image")
    .evaluateAll((images) => images.filter((image) => !getComputedStyle(image).filter.includes("blur")).length);
  if (sharp > 0) throw new Error(`${sharp} faces are not blurred: no picture is written`);
  mkdirSync(dirname(output), { recursive: true });
  await page.screenshot({ path: output, animations: "disabled" });
  console.log(output);
} finally {
  await browser.close();
}
