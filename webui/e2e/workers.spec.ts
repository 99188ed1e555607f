import { id } from "./fake/data";
import { expect, signedIn as test, signIn } from "./stack";

test.skip(({ stackKind }) => stackKind !== "fake", "needs a worker that is gone");

test("a worker that is gone for good is removed, one that is connected is not", async ({ page, stack }) => {
  await signIn(page, stack, `/workers/${id(4, 902)}`);
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText("Its clock is 21 s ahead")).toBeVisible();
  await expect(drawer.getByText("Password refused")).toBeVisible();
  await expect(drawer.getByText("A worker can be removed once it is offline.")).toBeVisible();
  await drawer.getByRole("button", { name: "Close" }).click();
  await page.getByRole("link", { name: "market-old-pc" }).click();
  await drawer.getByRole("button", { name: "Remove worker" }).click();
  await drawer.getByRole("alertdialog").getByRole("button", { name: "Remove worker" }).click();
  await expect(page).toHaveURL(`${stack.url}/workers`);
  await expect(page.getByTestId("worker-card")).toHaveCount(2);
});

test("a new worker gets a token that is shown once, and the command to install it", async ({ page, stack }) => {
  await signIn(page, stack, "/workers");
  await page.getByRole("button", { name: "Add a worker" }).click();
  await page.getByRole("button", { name: "Make join token" }).click();
  await expect(page.getByText("The machine needs a name.")).toBeVisible();
  await page.getByLabel("Name of the machine").fill("Counter PC");
  await page.getByRole("button", { name: "Make join token" }).click();
  const secret = (await page.getByTestId("secret").textContent()) ?? "";
  expect(secret).toMatch(/^ffj_/);
  await expect(page.getByText(/scripts\/linux\/setup\.sh install --gateway-url/)).toBeVisible();
  await expect(page.getByText(/scripts\/mac\/setup\.zsh install/)).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText(secret)).toHaveCount(0);
});
