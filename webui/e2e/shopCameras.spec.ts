import type { Page } from "@playwright/test";

import { expect, shopOf, signedIn as test, signIn, type Stack } from "./stack";

/** A worker is told, opens the camera anew and says so. */
const WORKER_MS = 60_000;

interface CameraAnswer {
  readonly settings?: { readonly entryLine?: { readonly start: object; readonly end: object } };
}

async function openEntrance(page: Page, stack: Stack): Promise<void> {
  await signIn(page, stack, "/cameras");
  await page.getByTestId("camera-card").getByRole("link", { name: "Entrance" }).click();
  await isLive(page);
}

async function isLive(page: Page): Promise<void> {
  await expect(page.getByTestId("preview-caption")).toHaveAttribute("data-phase", "live", { timeout: WORKER_MS });
}

/** What the live picture shows, as text that is another one when the picture is. */
function pixels(page: Page): Promise<string> {
  return page.getByTestId("preview-picture").evaluate((picture: HTMLImageElement) => {
    // The next frame may be on its way.
    if (!picture.complete || picture.naturalWidth === 0) return "";
    const canvas = document.createElement("canvas");
    canvas.width = 96;
    canvas.height = 54;
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/png");
  });
}

test("the live picture moves as people do, and marks their faces", async ({ page, stack }) => {
  test.setTimeout(120_000);
  const shop = shopOf(stack);
  await openEntrance(page, stack);
  await shop.open();
  try {
    const seen = new Set<string>();
    await expect
      .poll(async () => seen.add(await pixels(page)).size, { message: "different pictures", timeout: WORKER_MS })
      .toBeGreaterThan(4);
    await expect(page.getByTestId("face-overlay").locator("rect").first()).toBeVisible({ timeout: WORKER_MS });
    await expect(page.getByText(/\d+ px between the eyes/).first()).toBeVisible();
  } finally {
    await shop.empty();
  }
  await page.getByRole("link", { name: "All cameras" }).click();
  const card = page.getByTestId("camera-card").filter({ hasText: "Entrance" });
  await card.getByRole("button", { name: "Newer picture of Entrance" }).click();
  await expect(card.getByRole("img", { name: "What Entrance sees" })).toBeVisible({ timeout: WORKER_MS });
});

test("the worker does what it is told, and says so", async ({ page, stack }) => {
  test.setTimeout(180_000);
  await openEntrance(page, stack);
  for (const command of ["Test a picture", "Restart"]) {
    await page.getByRole("button", { name: command, exact: true }).click();
    await expect(page.getByText(new RegExp(`^${command}: done`))).toBeVisible({ timeout: WORKER_MS });
  }
  await isLive(page);
});

test("an entry line is drawn, reaches the worker, and is there after a reload", async ({ page, stack }) => {
  test.setTimeout(180_000);
  const shop = shopOf(stack);
  await openEntrance(page, stack);
  const cameraId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  const line = async () => (await shop.api.get<CameraAnswer>(`/v1/cameras/${cameraId}`)).settings?.entryLine;
  const edit = () => page.getByRole("button", { name: "Edit masks and entry line" }).click();
  const save = async () => {
    await page.getByRole("button", { name: "Save masks and line" }).click();
    await expect(page.getByText("Saved, and the worker has it.")).toBeVisible({ timeout: WORKER_MS });
  };

  await edit();
  await page.getByRole("button", { name: "Draw the entry line" }).click();
  const box = (await page.getByRole("group", { name: "Masks and entry line on the picture" }).boundingBox())!;
  for (const x of [0.2, 0.8]) await page.mouse.click(box.x + x * box.width, box.y + 0.9 * box.height);
  await save();
  expect(await line()).toMatchObject({ start: {}, end: {} });

  await page.reload();
  await isLive(page);
  await expect(page.getByText("0 masks, an entry line")).toBeVisible();
  await edit();
  const end = page.getByRole("button", { name: /^End of the entry line, 80 % from the left, 90 % from the top/ });
  await end.focus();
  await page.getByRole("button", { name: "Delete the entry line" }).click();
  await save();
  expect(await line()).toBeUndefined();
});
