import { expect, shopOf, signedIn as test, signIn } from "./stack";

interface WorkerAnswer {
  readonly displayName: string;
  readonly softwareVersion: string;
  readonly modelId: string;
  readonly executionProvider: string;
  readonly capabilities: string[];
  readonly clockOffset?: string;
  readonly queue?: { readonly waitingEvents?: string };
  readonly cameras?: { readonly state: string }[];
}

test("what is said of a worker is what the API says of it", async ({ page, stack }) => {
  const { api } = shopOf(stack);
  await signIn(page, stack, "/workers");
  const card = page.getByTestId("worker-card");
  await expect(card).toHaveCount(1);
  const { workers } = await api.get<{ workers: WorkerAnswer[] }>("/v1/workers");
  const [worker] = workers;
  expect(workers).toHaveLength(1);
  const fact = (name: string) => page.getByRole("dialog").locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("xpath=following-sibling::dd[1]");

  await expect(card.getByText(/^Online/)).toBeVisible();
  await expect(card.getByText("1 of 1 online")).toBeVisible();
  await card.getByRole("link", { name: worker!.displayName }).click();
  await expect(fact("Version")).toHaveText(worker!.softwareVersion);
  await expect(fact("Model")).toHaveText(worker!.modelId);
  await expect(fact("Computes on")).toHaveText(worker!.executionProvider);
  await expect(fact("Can also")).toHaveText(worker!.capabilities.join(", "));
  await expect(fact("Waiting to be sent")).toHaveText("Nothing");
  expect(worker!.queue?.waitingEvents ?? "0").toBe("0");
  // It is measured anew with every heartbeat: on one machine it is about nothing.
  const offset = -Number.parseFloat(worker!.clockOffset ?? "NaN");
  await expect.poll(async () => Number.parseFloat(await fact("Clock").innerText())).toBeCloseTo(offset, 0);
  await expect(page.getByRole("dialog").getByText(/Last good frame/)).toBeVisible();
});
