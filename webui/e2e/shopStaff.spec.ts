import type { Page } from "@playwright/test";

import type { JsonApi } from "./jsonApi";
import { expect, shopOf, signedIn as test, signIn } from "./stack";

const NAME = "Sam Reyes";
/** Two pictures of who walks in first: the camera shows the second one, and never the first. */
const ENROLLED = "obama2.jpg";
const OTHER = "obama.jpg";

/** What is promised of an enrolment: from then on the worker knows the face. */
const GALLERY_MS = 60_000;
/** A picture is examined by two models, on a machine that may have other work. */
const EXAMINED_MS = 60_000;
/** Who walks in is before the camera within 2 s of the film. */
const SEEN_MS = 60_000;

interface Visit {
  readonly customerId: string;
  readonly customerNumber: string;
  readonly kind: string;
  readonly firstSeenTime: string;
}

interface Sighting {
  readonly visitId?: string;
  readonly firstSeenTime: string;
}

function visitsSince(api: JsonApi, since: Date): Promise<readonly Visit[]> {
  return api
    .get<{ visits?: Visit[] }>("/v1/visits", { startTime: since.toISOString(), pageSize: "500" })
    .then(({ visits = [] }) => visits);
}

async function tryPicture(page: Page, file: string): Promise<void> {
  const recognition = page.getByRole("region", { name: "Recognition test" });
  await recognition.getByTestId("file-input").setInputFiles(file);
  await expect(recognition.getByText("Comparing …")).toHaveCount(0, { timeout: EXAMINED_MS });
  await expect(recognition.getByTestId("recognition-result")).toBeVisible({ timeout: EXAMINED_MS });
}

test("who is enrolled in the browser is staff at the next appearance before the camera, and no visit", async ({ page, stack, context }, info) => {
  test.setTimeout(400_000);
  const shop = shopOf(stack);
  await signIn(page, stack, "/staff");
  await page.getByRole("button", { name: "Add staff member" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill(NAME);
  await page.getByRole("dialog").getByRole("button", { name: "Add staff member" }).click();

  const faces = page.getByRole("region", { name: "Faces" });
  await expect(faces.getByText("No face yet")).toBeVisible();
  const staffId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const enrolling = new Date();
  await faces.getByTestId("file-input").setInputFiles(shop.picture(ENROLLED));
  await expect(faces.getByTestId("enrolled-face")).toHaveCount(1, { timeout: EXAMINED_MS });
  const enrolled = new Date();
  await expect.poll(() => shop.galleryTaken(enrolling), { message: "the worker knows the face", timeout: GALLERY_MS }).toBeDefined();
  const taken = (await shop.galleryTaken(enrolling)) ?? enrolled;
  const seconds = Math.max(0, taken.getTime() - enrolled.getTime()) / 1000;
  info.annotations.push({ type: "the worker knew the face after", description: `${seconds.toFixed(1)} s` });

  // The person was counted before, on the same camera. Once that is told, nothing of it is left in the figures.
  const past = page.getByRole("region", { name: "Past customers" });
  await expect(past.getByRole("checkbox").first()).toBeChecked();
  await past.getByRole("button", { name: `Make 1 customer one with ${NAME}` }).click();
  await expect(past.getByText(`1 customer is ${NAME} now.`)).toBeVisible();

  await tryPicture(page, shop.picture(OTHER));
  const recognition = page.getByRole("region", { name: "Recognition test" });
  await expect(recognition.getByText(`Recognised as ${NAME}`)).toBeVisible();
  await expect(recognition.getByRole("img", { name: new RegExp(`^Likeness: ${NAME} 0\\.\\d\\d`) })).toBeVisible();
  const closest = recognition.getByRole("list", { name: "The closest people" }).getByRole("listitem");
  await expect(closest.first()).toContainText(NAME);
  await expect(closest.first()).toContainText("The one that is tested");
  expect(await closest.count()).toBeLessThanOrEqual(5);
  await expect(recognition.getByText(new RegExp(`^${NAME}, `)), "which picture matched").toBeVisible();
  await expect(recognition.getByText(/^Ahead of the second by 0\.\d\d; at least/)).toBeVisible();
  await recognition.getByText("What was measured").click();
  await expect(recognition.getByRole("rowheader").first()).toBeVisible();

  const live = await context.newPage();
  await signIn(live, stack, "/live");
  await expect(live.getByTestId("link-state")).toHaveAttribute("data-phase", "live", { timeout: 20_000 });
  await expect(live.getByTestId("count-staff")).toHaveText("0");
  const opened = await shop.open();
  try {
    const passage = live.getByTestId("uncounted-card").filter({ hasText: "Staff" });
    await expect(passage.first()).toBeVisible({ timeout: SEEN_MS });
    await expect(live.getByTestId("count-staff")).not.toHaveText("0");
  } finally {
    await shop.empty();
  }
  const { sightings } = await shop.api.get<{ sightings: Sighting[] }>(`/v1/customers/${staffId}/sightings`);
  expect(new Date(sightings[0]!.firstSeenTime).getTime()).toBeGreaterThanOrEqual(opened.getTime());
  expect(sightings[0]!.visitId ?? "", "a sighting of staff is in no visit").toBe("");
  // Others may have come in behind: they were here before, so nobody new was made of the person either.
  await expect.poll(async () => (await visitsSince(shop.api, opened)).filter(({ kind }) => kind === "VISIT_KIND_NEW")).toEqual([]);
  expect((await visitsSince(shop.api, opened)).map(({ customerId }) => customerId)).not.toContain(staffId);

  await past.getByRole("button", { name: "Undo" }).click();
  await expect(past.getByText(/^Undone/)).toBeVisible();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByLabel(`Type ${NAME} to be sure`).fill(NAME);
  await page.getByRole("dialog").getByRole("button", { name: "Delete for good" }).click();
  await page.waitForURL(`${stack.url}/staff`);
});
