import { expect, type Page } from "@playwright/test";

import { signIn } from "../stack";
import { arrive, becomes, test, withoutSharedWorker } from "./shop";

/** Over HTTP/1.1 a browser has so many connections to a host, for all of its tabs together. */
const CONNECTIONS = 6;

const protocols = (page: Page) =>
  page.evaluate(() => [
    ...new Set(performance.getEntriesByType("resource").map((entry) => (entry as PerformanceResourceTiming).nextHopProtocol)),
  ]);

test("six tabs with a stream each leave room for a seventh that signs in", async ({ page, stack, context }) => {
  const tabs = [page];
  while (tabs.length < CONNECTIONS) tabs.push(await context.newPage());
  for (const tab of tabs) {
    await withoutSharedWorker(tab);
    if (tab === page) await signIn(tab, stack);
    else await tab.goto(`${stack.url}/live`);
    await becomes(tab, "live");
    expect(await protocols(tab)).toEqual(["h2"]);
  }

  // The seventh knows nothing of the others' session, so that it has to be let in by itself.
  const seventh = await context.newPage();
  await seventh.addInitScript(() => {
    Object.assign(window, { SharedWorker: undefined, BroadcastChannel: undefined });
    localStorage.clear();
  });
  await context.clearCookies();
  await signIn(seventh, stack);
  await becomes(seventh, "live");

  const [visit] = await arrive(1);
  for (const tab of [...tabs, seventh]) await expect(tab.locator(`[data-visit="${visit ?? ""}"]`)).toHaveCount(1);
});
