import { expect, type Page, test as plain } from "@playwright/test";

import type { Stack } from "../stack";

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests are started by tests/e2e/test_console_streams.py`);
  return value;
}

/** The shop of these tests has one account, an administrator's. */
function shop(url: string): Stack {
  const account = { email: required("DEMO_EMAIL"), password: required("DEMO_PASSWORD") };
  return {
    url,
    accounts: { administrator: account, manager: account, system: account },
    arrive: async () => {
      await arrive(1);
    },
  };
}

export const test = plain.extend<{ stack: Stack }>({
  stack: ({ baseURL }, use) => use(shop(baseURL ?? required("GATEWAY_URL"))),
});

/** What a test does to the shop and its gateway; see tests/console_gateway.py. */
async function have(deed: "arrive" | "kill-gateway" | "start-gateway"): Promise<unknown> {
  const answer = await fetch(`${required("DEEDS_URL")}/${deed}`, { method: "POST" });
  if (!answer.ok) throw new Error(`${deed}: ${await answer.text()}`);
  return answer.json();
}

/** So many people come in, one after the other; their visits. */
export async function arrive(count: number): Promise<string[]> {
  const visits: string[] = [];
  while (visits.length < count) visits.push((await have("arrive")) as string);
  return visits;
}

export const killGateway = () => have("kill-gateway");
export const startGateway = () => have("start-gateway");

/** The longest pause between two attempts is 15 s. */
const LONGEST_WAIT_MS = 20_000;

export async function becomes(page: Page, phase: "live" | "retrying"): Promise<void> {
  await expect(page.getByTestId("link-state")).toHaveAttribute("data-phase", phase, { timeout: LONGEST_WAIT_MS });
}

/** The visits on the page, the newest first. */
export function shown(page: Page): Promise<string[]> {
  return page.getByTestId("visit-card").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-visit") ?? ""));
}

export async function withoutSharedWorker(page: Page): Promise<void> {
  await page.addInitScript("delete window.SharedWorker");
}

interface Noted {
  readonly added: string[];
  readonly removed: string[];
}

/** Has the page note every card that it gets and every one that it loses, from the beginning. */
export async function noteCards(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const noted: { added: string[]; removed: string[] } = { added: [], removed: [] };
    const visitsIn = (nodes: NodeList) =>
      [...nodes]
        .filter((node) => node instanceof Element)
        .flatMap((node) => [node, ...node.querySelectorAll("[data-visit]")])
        .flatMap((node) => node.getAttribute("data-visit") ?? []);
    new MutationObserver((changes) => {
      for (const { addedNodes, removedNodes } of changes) {
        noted.added.push(...visitsIn(addedNodes));
        noted.removed.push(...visitsIn(removedNodes));
      }
    }).observe(document, { childList: true, subtree: true });
    Object.assign(window, { noted });
  });
}

export function notedOn(page: Page): Promise<Noted> {
  return page.evaluate(() => (window as unknown as { noted: Noted }).noted);
}
