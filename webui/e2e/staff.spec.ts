import type { Page } from "@playwright/test";

import { STAFF_ROW_LINK } from "./pages";
import { expect, signedIn as test, signIn } from "./stack";

test.beforeEach(({ stack }) => {
  test.skip(!stack.fake, "needs the core of the test: it judges pictures by their size");
});

/** Something that the browser can show, and large enough for the fake core to find a face in. */
function picture(page: Page): Promise<Buffer> {
  return page.screenshot({ type: "jpeg", clip: { x: 0, y: 0, width: 300, height: 300 } });
}

async function addMember(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Add staff member" }).click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("dialog").getByLabel("Harbour Street").check();
  await page.getByRole("dialog").getByRole("button", { name: "Add staff member" }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

test("a new member is enrolled by files and by camera, and recognised", async ({ page, stack }) => {
  await signIn(page, stack, "/staff");
  await addMember(page, "Eva Holm");
  const faces = page.getByRole("region", { name: "Faces" });
  await expect(faces.getByText("No face yet")).toBeVisible();

  await faces.getByTestId("file-input").setInputFiles([
    { name: "front.jpg", mimeType: "image/jpeg", buffer: await picture(page) },
    { name: "blurred.jpg", mimeType: "image/jpeg", buffer: Buffer.alloc(3000, 1) },
    { name: "phone.heic", mimeType: "image/heic", buffer: Buffer.alloc(3000, 1) },
  ]);
  await expect(faces.getByTestId("enrolled-face")).toHaveCount(1);
  await expect(faces.getByText("Sharpness 31 %; at least 50 % is needed.")).toBeVisible();
  await expect(faces.getByText("A phone can be told to save JPEG instead of HEIC.")).toBeVisible();

  await faces.getByRole("button", { name: "Use the camera" }).click();
  await page.getByRole("button", { name: "Take picture" }).click();
  await page.getByRole("button", { name: "Add this picture" }).click();
  await expect(faces.getByTestId("enrolled-face")).toHaveCount(2);
  await expect(page.getByRole("dialog"), "the camera is closed").toHaveCount(0);

  const recognition = page.getByRole("region", { name: "Recognition test" });
  await recognition.getByTestId("file-input").setInputFiles({ name: "other.jpg", mimeType: "image/jpeg", buffer: await picture(page) });
  await expect(recognition.getByText("Recognised as Eva Holm")).toBeVisible();
  await expect(recognition.getByRole("img", { name: /Likeness: Eva Holm 0\.72/ })).toBeVisible();

  await page.getByRole("button", { name: "Delete face 2" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(faces.getByTestId("enrolled-face")).toHaveCount(1);
});

test("past customers become the member, and customers again", async ({ page, stack }) => {
  await signIn(page, stack, "/staff?name=ann");
  await page.locator(STAFF_ROW_LINK).first().click();
  const past = page.getByRole("region", { name: "Past customers" });
  await past.getByRole("button", { name: /Make 1 customer one with/ }).click();
  await expect(past.getByText("1 customer is Ann Lindqvist now.")).toBeVisible();
  await expect(past.getByRole("checkbox")).toHaveCount(1);
  await past.getByRole("button", { name: "Undo" }).click();
  await expect(past.getByRole("checkbox")).toHaveCount(2);
});

test("who leaves is among those who left, without faces", async ({ page, stack }) => {
  await signIn(page, stack, "/staff");
  await addMember(page, "Filip Novak");
  await page.getByRole("button", { name: "Leaves" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leaves" }).click();
  await expect(page.getByText("The person left: the faces were erased.")).toBeVisible();
  await page.goto(`${stack.url}/staff?presence=left`);
  await expect(page.getByRole("link", { name: "Filip Novak" }).and(page.locator("a:visible"))).toBeVisible();
});
