import { expect } from "@playwright/test";

import { signIn } from "../stack";
import { arrive, becomes, killGateway, noteCards, notedOn, shown, startGateway, test, withoutSharedWorker } from "./shop";

// All tests of this folder look at one shop: together they let in fewer people than the 60 whom the page shows.
for (const [kind, prepare] of [
  ["shared by tabs", () => Promise.resolve()],
  ["of one tab", withoutSharedWorker],
] as const) {
  test(`what happens while the gateway dies again and again comes once each, in order (${kind})`, async ({ page, stack }) => {
    await prepare(page);
    await noteCards(page);
    await signIn(page, stack);
    await becomes(page, "live");
    const loads: string[] = [];
    page.on("framenavigated", (frame) => loads.push(frame.url()));
    const before = await shown(page);
    const made: string[] = [];
    for (let cut = 0; cut < 3; cut += 1) {
      // Some are seen, some are on their way when the line breaks, some come while nobody is told.
      made.push(...(await arrive(2)));
      await expect.poll(() => shown(page)).toEqual([...[...made].reverse(), ...before]);
      const [onTheWay] = await Promise.all([arrive(3), killGateway()]);
      await becomes(page, "retrying");
      made.push(...onTheWay, ...(await arrive(1)));
      await startGateway();
      made.push(...(await arrive(1)));
      await becomes(page, "live");
    }
    await expect.poll(() => shown(page)).toEqual([...made.reverse(), ...before]);
    const { added, removed } = await notedOn(page);
    expect([...added].sort(), "each card was put there once").toEqual([...made, ...before].sort());
    expect(removed, "and stayed").toEqual([]);
    await expect(page.getByTestId("count-visits")).toHaveText(String(made.length + before.length));
    expect(loads, "the page must not have been loaded again").toEqual([]);
  });

  test(`a tab that slept while the gateway was replaced shows all of it when it wakes (${kind})`, async ({ page, stack, context }) => {
    await prepare(page);
    await noteCards(page);
    await signIn(page, stack);
    await becomes(page, "live");
    const before = await shown(page);
    const made = await arrive(1);
    await expect.poll(() => shown(page)).toEqual([...made, ...before]);
    const browser = await context.newCDPSession(page);
    await browser.send("Page.setWebLifecycleState", { state: "frozen" });
    made.push(...(await arrive(2)));
    await killGateway();
    made.push(...(await arrive(1)));
    await startGateway();
    made.push(...(await arrive(1)));
    await browser.send("Page.setWebLifecycleState", { state: "active" });
    await becomes(page, "live");
    await expect.poll(() => shown(page)).toEqual([...made.reverse(), ...before]);
    const { added, removed } = await notedOn(page);
    expect([...added].sort()).toEqual([...made, ...before].sort());
    expect(removed).toEqual([]);
  });
}
