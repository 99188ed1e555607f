import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, type TestInfo } from "@playwright/test";

const WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Everything that the page complains about: errors, refused styles, unhandled rejections. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  return complaints;
}

/**
 * Leaves a picture of the page, and holds against it what axe finds and what the page complained of. The test goes on,
 * so that one page does not hide what is wrong with the next.
 */
export async function judge(
  page: Page,
  name: string,
  info: TestInfo,
  { complaints = [], fullPage = false }: { complaints?: string[]; fullPage?: boolean } = {},
): Promise<void> {
  await expect(page.locator('main [role="status"].animate-pulse:visible, [data-face="loading"]:visible')).toHaveCount(0);
  await page.screenshot({
    path: info.outputPath(`${name}.png`),
    animations: "disabled",
    fullPage,
    // A picture that is kept shows no face of a running stack.
    mask: info.project.name.startsWith("mock") ? [] : [page.locator("main img, [role=dialog] img")],
  });
  // In one go on the page itself: the console has no frames of others, and a blank page to finish on is not free.
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG_AA).setLegacyMode().analyze();
  const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  expect.soft(findings, `accessibility of ${name}`).toEqual([]);
  expect.soft(complaints.splice(0), `messages in the browser's console on ${name}`).toEqual([]);
}
