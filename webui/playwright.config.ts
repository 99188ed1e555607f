import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";

import type { StackOptions } from "./e2e/stack";

// Debian's Chromium by default; the sandbox needs a user that is not root.
const root = process.getuid?.() === 0;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const quiet = [
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  // A camera that every machine has, and nobody who has to allow it.
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
];

const screens = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  phone: {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    deviceScaleFactor: 2,
    hasTouch: true,
  },
} satisfies Record<string, PlaywrightTestConfig["use"]>;

/** What each screen is for: every page on every screen, what the pages do on one with a mouse and one with a thumb. */
const specs = {
  light: "*.spec.ts",
  dark: /(screens|roles|administration)\.spec\.ts/,
  phone: /(screens|roles|live|administration)\.spec\.ts/,
};
/** What is true of a whole Footfall with its demo shop: no core that lives in a test could show it. */
const shopSpecs = /shop[A-Z]\w*\.spec\.ts/;

const gatewaySpecs = "gateway/**";

/** Each screen twice: against a running stack, and against a small core that lives in the test. */
const projects = (["light", "dark", "phone"] as const).flatMap((name) => [
  { name, testMatch: specs[name], testIgnore: gatewaySpecs, use: { ...screens[name], stackKind: "running" as const } },
  { name: `mock-${name}`, testMatch: specs[name], testIgnore: [gatewaySpecs, shopSpecs], use: { ...screens[name], stackKind: "fake" as const } },
]);

const launchOptions = { executablePath, args: root ? ["--no-sandbox", ...quiet] : quiet };

/** On a gateway with a certificate of its own, which the test kills (tests/e2e/test_console_streams.py). */
const gateway = {
  name: "gateway",
  testDir: "e2e/gateway",
  // Seven pages are loaded, and the gateway is started three times: much on a busy machine.
  timeout: 120_000,
  use: {
    ...screens.light,
    // What a shared worker asks for is not covered by ignoreHTTPSErrors.
    launchOptions: { ...launchOptions, args: [...launchOptions.args, "--ignore-certificate-errors"] },
  },
};

export default defineConfig<StackOptions>({
  testDir: "e2e",
  outputDir: process.env.PLAYWRIGHT_OUTPUT ?? "test-results",
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: "list",
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    // Recording every step costs a third of the time, and a failure leaves the page's outline anyway.
    // To see what led to one: --trace retain-on-failure.
    trace: "off",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions,
  },
  projects: [...projects, gateway],
});
