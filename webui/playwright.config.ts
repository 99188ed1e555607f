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
const specs = { light: "*.spec.ts", dark: "screens.spec.ts", phone: /(screens|live)\.spec\.ts/ };

/** Each screen twice: against a running stack, and against a small core that lives in the test. */
const projects = (["light", "dark", "phone"] as const).flatMap((name) => [
  { name, testMatch: specs[name], use: { ...screens[name], stackKind: "running" as const } },
  { name: `mock-${name}`, testMatch: specs[name], use: { ...screens[name], stackKind: "fake" as const } },
]);

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
    trace: "retain-on-failure",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions: { executablePath, args: root ? ["--no-sandbox", ...quiet] : quiet },
  },
  projects,
});
