import type { Page } from "@playwright/test";

import type { JsonApi } from "./jsonApi";
import { expect, shopOf, signedIn as test, signIn, type Stack } from "./stack";

/** Days and all other times of the demo's site are on this clock. */
const ZONE = "Europe/London";

interface Visit {
  readonly customerId: string;
  readonly customerNumber: string;
  /** Until four in the morning it is still the day before. */
  readonly businessDay: string;
}

interface Counts {
  readonly visits?: string;
  readonly uniqueVisitors?: string;
  readonly newVisits?: string;
  readonly repeatVisits?: string;
  readonly coverage?: number;
}

interface Report {
  readonly buckets: { readonly counts: Counts }[];
  readonly total: Counts;
}

interface Preview {
  readonly visitsBefore: number;
  readonly visitsAfter: number;
  readonly conflicts?: object[];
}

interface Pair {
  readonly stays: Visit;
  readonly goes: Visit;
  readonly preview: Preview;
}

/** Two who returned or not, of whom nothing says that they cannot be one: they were never seen together. */
async function mergeable(api: JsonApi): Promise<{ pair: Pair; from: string }> {
  const { visits } = await api.get<{ visits: Visit[] }>("/v1/visits", { pageSize: "500" });
  const oldestFirst = visits.toReversed();
  const people = [...new Map(oldestFirst.map((visit) => [visit.customerId, visit])).values()];
  const from = oldestFirst[0]!.businessDay;
  for (const stays of people) {
    for (const goes of people.filter((each) => each !== stays)) {
      const wish = { sourceCustomerIds: [goes.customerId], validateOnly: true };
      const preview = await api.post<Preview>(`/v1/customers/${stays.customerId}/merge`, wish);
      if ((preview.conflicts ?? []).length === 0) return { pair: { stays, goes, preview }, from };
    }
  }
  throw new Error("everybody was seen together with everybody else");
}

function today(): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE }).format(new Date());
}

/** What the API counts. How long the cameras were read grows while the test runs, and is no number of people. */
async function counted(api: JsonApi, days: { startDate: string; endDate: string }): Promise<Report> {
  const answer = await api.get<{ report: Report }>("/v1/reports/visitors", days);
  const bare = JSON.stringify(answer.report, (key, value: unknown) => (key === "coverage" ? undefined : value));
  return JSON.parse(bare) as Report;
}

interface Shown {
  readonly visits: number;
  readonly unique: number;
  readonly fresh: number;
  readonly repeat: number;
}

/** What the page of reports shows. */
async function shown(page: Page, stack: Stack, days: { startDate: string; endDate: string }): Promise<Shown> {
  await signIn(page, stack, `/reports?from=${days.startDate}&to=${days.endDate}`);
  const number = async (name: string) => Number((await page.getByTestId(`number-${name}`).innerText()).replaceAll(",", ""));
  const note = await page.locator("dd", { has: page.getByTestId("number-visits") }).innerText();
  const [fresh, repeat] = [...note.replaceAll(",", "").matchAll(/\d+/g)].slice(-2).map(Number);
  return { visits: await number("visits"), unique: await number("unique"), fresh: fresh ?? NaN, repeat: repeat ?? NaN };
}

function shownOf({ total }: Report): Shown {
  const { visits = "0", uniqueVisitors = "0", newVisits = "0", repeatVisits = "0" } = total;
  return { visits: Number(visits), unique: Number(uniqueVisitors), fresh: Number(newVisits), repeat: Number(repeatVisits) };
}

test("a merge by hand changes the reports, and undoing it changes them back", async ({ page, stack }) => {
  test.setTimeout(180_000);
  const { api } = shopOf(stack);
  const { pair, from } = await mergeable(api);
  const days = { startDate: from, endDate: today() };
  const before = await counted(api, days);
  const numbers = await shown(page, stack, days);
  expect(numbers).toEqual(shownOf(before));

  const name = ({ customerNumber }: Visit) => `Visitor ${customerNumber}`;
  const customer = `/customers/${pair.stays.customerId}`;
  await signIn(page, stack, customer);
  await page.getByRole("link", { name: "Merge…" }).click();
  await page.getByRole("searchbox", { name: "Name or number" }).fill(name(pair.goes));
  await page.getByRole("button", { name: new RegExp(`^${name(pair.goes)}(?!\\d)`) }).click();
  await page.getByRole("button", { name: new RegExp(`^Merge \\d+ visits? of ${name(pair.goes)} into ${name(pair.stays)}$`) }).click();
  await page.waitForURL(`${stack.url}${customer}`);

  // Both were new once, and the one person is new once.
  const visits = numbers.visits - pair.preview.visitsBefore + pair.preview.visitsAfter;
  const merged = { visits, unique: numbers.unique - 1, fresh: numbers.fresh - 1, repeat: visits - numbers.fresh + 1 };
  expect(await shown(page, stack, days)).toEqual(merged);
  expect(shownOf(await counted(api, days))).toEqual(merged);

  await signIn(page, stack, customer);
  await page.getByRole("button", { name: /^Undo the merge/ }).click();
  await expect(page.getByText(/^Undone/)).toBeVisible();
  expect(await shown(page, stack, days)).toEqual(numbers);
  expect(await counted(api, days)).toEqual(before);
});
