import { expect, signIn, test } from "./stack";

test("a new visit appears without a reload, with its face and in the counters", async ({ page, stack }) => {
  await signIn(page, stack);
  await expect(page.getByTestId("link-state")).toHaveAttribute("data-phase", "live");
  const loads: string[] = [];
  page.on("framenavigated", (frame) => loads.push(frame.url()));
  const cards = page.getByTestId("visit-card");
  const known = new Set(await cards.evaluateAll((all) => all.map((card) => card.getAttribute("data-visit"))));
  const before = Number((await page.getByTestId("count-visits").innerText()).replaceAll(",", ""));

  await stack.arrive(page);

  await expect
    .poll(async () => (await cards.evaluateAll((all) => all.map((card) => card.getAttribute("data-visit")))).filter((id) => !known.has(id)), {
      message: "a card that was not there before",
    })
    .not.toEqual([]);
  const ids = await cards.evaluateAll((all) => all.map((card) => card.getAttribute("data-visit")));
  const fresh = page.locator(`[data-visit="${ids.find((id) => !known.has(id)) ?? ""}"]`);
  await expect(fresh.getByText("New", { exact: true })).toBeVisible();
  await expect(fresh.getByTestId("face-image")).toHaveAttribute("src", /^blob:/);
  await expect
    .poll(async () => Number((await page.getByTestId("count-visits").innerText()).replaceAll(",", "")))
    .toBeGreaterThan(before);
  expect(loads, "the page must not have been loaded again").toEqual([]);
});

test("a visit that happened while the network was away is there when it is back", async ({ page, stack, context }) => {
  await signIn(page, stack);
  const state = page.getByTestId("link-state");
  await expect(state).toHaveAttribute("data-phase", "live");
  const before = await page.getByTestId("visit-card").count();

  await page.route("**/footfall.v1.LiveService/Watch", (route) => route.abort());
  await context.setOffline(true);
  await page.evaluate(() => {
    window.dispatchEvent(new Event("offline"));
  });
  await expect(state).toHaveAttribute("data-phase", /retrying|live/);
  await context.setOffline(false);
  await stack.arrive(page);
  await page.unroute("**/footfall.v1.LiveService/Watch");

  await expect(state).toHaveAttribute("data-phase", "live");
  await expect.poll(() => page.getByTestId("visit-card").count()).toBeGreaterThan(before);
});

test("the card opens the visit, and closing it leads back", async ({ page, stack }) => {
  await signIn(page, stack);
  await stack.arrive(page);
  await page.getByTestId("visit-card").first().getByRole("link").press("Enter");
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText("First seen")).toBeVisible();
  await expect(page).toHaveURL(/\/live\/[0-9a-f-]{36}$/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/live$/);
});
