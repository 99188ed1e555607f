import type { Page } from "@playwright/test";

import { CommandKind } from "../src/api/gen/footfall/v1/camera_command_pb";
import { id } from "./fake/data";
import { expect, signedIn as test, signIn } from "./stack";

const ENTRANCE = `/cameras/${id(2, 1)}`;

test.skip(({ stackKind }) => stackKind !== "fake", "needs a worker that answers at once");

// What one test saves is not there in the next one, nor in another file's: they share a core.
test.afterEach(({ stack }) => {
  stack.fake?.machines.reset();
});

async function watch(page: Page): Promise<void> {
  await expect(page.getByTestId("preview-caption")).toHaveAttribute("data-phase", "live");
}

/** A mask in the upper right of the picture that is being drawn on, not saved yet. */
async function drawMask(page: Page): Promise<void> {
  const picture = page.getByRole("group", { name: "Masks and entry line on the picture" });
  const box = (await picture.boundingBox())!;
  const click = (x: number, y: number) => page.mouse.click(box.x + x * box.width, box.y + y * box.height);
  await page.getByRole("button", { name: "Draw a mask" }).click();
  await click(0.7, 0.1);
  await click(0.98, 0.1);
  await click(0.98, 0.5);
  await click(0.7, 0.5);
  await page.getByRole("button", { name: "Close shape" }).last().click();
}

test("a camera is watched while somebody looks, and not a moment longer", async ({ page, stack }) => {
  await signIn(page, stack, "/cameras");
  await expect(page.getByTestId("camera-card")).toHaveCount(3);
  await page.getByLabel("Search by name").fill("entr");
  await expect(page).toHaveURL(/q=entr/);
  await page.getByRole("link", { name: "Entrance" }).click();
  await watch(page);
  await expect(page.getByTestId("face-overlay").locator("rect")).toHaveCount(2);
  await expect(page.getByText("62 px between the eyes")).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect.poll(() => stack.fake!.machines.watching).toBe(0);
  await page.getByRole("button", { name: "Go on" }).click();
  await watch(page);
  await page.getByRole("link", { name: "All cameras" }).click();
  await expect.poll(() => stack.fake!.machines.watching).toBe(0);
});

test("a mask is drawn with the mouse and a line with the keyboard, and the worker has them", async ({ page, stack }) => {
  const { machines } = stack.fake!;
  await signIn(page, stack, ENTRANCE);
  await watch(page);
  await page.getByRole("button", { name: "Edit masks and entry line" }).click();
  await drawMask(page);
  await page.getByRole("button", { name: "Draw the entry line" }).click();
  await page.getByRole("button", { name: "Add a point" }).press("Enter");
  await page.getByRole("button", { name: "Add a point" }).press("Enter");
  const end = page.getByRole("button", { name: /^End of the entry line/ });
  await expect(end).toBeFocused();
  for (let press = 0; press < 4; press += 1) await end.press("Shift+ArrowDown");
  await page.getByRole("button", { name: "Save masks and line" }).click();
  await expect(page.getByText("Saved, and the worker has it.")).toBeVisible();
  const { settings } = machines.cameras.find(({ cameraId }) => cameraId === id(2, 1))!;
  expect(settings?.masks.map(({ corners }) => corners.length)).toEqual([4]);
  expect(settings?.masks[0]?.corners[0]?.x).toBeCloseTo(0.7, 1);
  expect(settings?.entryLine?.end?.y).toBeGreaterThan(settings?.entryLine?.start?.y ?? 1);
  expect(machines.commands.at(-1)?.kind).toBe(CommandKind.RECONFIGURE);
});

test("a corner follows the mouse, and undo takes it back", async ({ page, stack }) => {
  await signIn(page, stack, ENTRANCE);
  await page.getByRole("button", { name: "Edit masks and entry line" }).click();
  await drawMask(page);
  const corner = page.getByRole("button", { name: /^Corner 1 of mask 1/ });
  const left = async () => (await corner.boundingBox())?.x;
  const before = (await corner.boundingBox())!;
  await page.mouse.move(before.x + 12, before.y + 12);
  await page.mouse.down();
  await page.mouse.move(before.x - 60, before.y + 60, { steps: 5 });
  await page.mouse.up();
  await expect.poll(left).toBeCloseTo(before.x - 72, 0);
  await page.keyboard.press("Control+z");
  await expect.poll(left).toBeCloseTo(before.x, 0);
});

test("a command is sent once and its end is told", async ({ page, stack }) => {
  await signIn(page, stack, ENTRANCE);
  const { commands } = stack.fake!.machines;
  const sent = commands.length;
  await page.getByRole("button", { name: "Restart", exact: true }).click();
  await expect(page.getByText(/Restart: done/)).toBeVisible();
  expect(commands.slice(sent)).toEqual([{ kind: CommandKind.RESTART, cameraId: id(2, 1) }]);
});

test("a worker that is away is told, and trying again asks for the same", async ({ page, stack }) => {
  await signIn(page, stack, `/cameras/${id(2, 3)}`);
  const { commands } = stack.fake!.machines;
  await page.getByRole("button", { name: "Restart", exact: true }).click();
  await expect(page.getByText(/Restart: not known to be done/)).toBeVisible();
  const sent = commands.length;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(/Restart: not known to be done/)).toBeVisible();
  expect(commands.length).toBe(sent);
});
