import { LOCKED_EMAIL, SETUP_TOKEN } from "./fake/auth";
import { id } from "./fake/data";
import { collectComplaints, judge } from "./judge";
import { STAFF_ROW_LINK } from "./pages";
import { chooseZip, mixedZip } from "./staffZip";
import { expect, signedIn, signIn, test } from "./stack";

// The pages themselves, as each role, are in roles.spec.ts; here is what they open, and who is not signed in.

test("sign-in", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await page.goto(`${stack.url}/`);
  await expect(page).toHaveURL(`${stack.url}/sign-in`);
  await expect(page.getByLabel("E-mail address")).toBeVisible();
  await judge(page, "sign-in", info, { complaints });
});

test("sign-in with other ways, and after too many attempts", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs an identity provider and an address that is locked");
  // The browser itself writes a line for an answer that is an error.
  await page.goto(`${stack.url}/sign-in`);
  await expect(page.getByRole("button", { name: "Continue with Northwind Login" })).toBeVisible();
  await judge(page, "sign-in-providers", info);
  await page.getByLabel("E-mail address").fill(LOCKED_EMAIL);
  await page.getByLabel("Password", { exact: true }).fill("anything at all");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: /Try again in 1:0/ })).toBeDisabled();
  await judge(page, "sign-in-locked", info);
});

test("set your password", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await page.goto(`${stack.url}/set-password#${SETUP_TOKEN}`);
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByText("7 more characters are needed")).toBeVisible();
  await judge(page, "set-password", info, { complaints });
});

test("a provider's refusal", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await page.goto(`${stack.url}/sign-in/callback?error=access_denied&state=0123456789abcdef`);
  await expect(page.getByRole("alert")).toContainText("You were not signed in");
  await judge(page, "sign-in-callback", info, { complaints });
});

for (const { name, path, shows } of [
  { name: "reports-compared", path: "/reports?compare=previous", shows: "section h2" },
  { name: "merges", path: "/customers/merges", shows: "main h2, main p" },
]) {
  signedIn(name, async ({ page, stack }, info) => {
    const complaints = collectComplaints(page);
    await signIn(page, stack, path);
    await expect(page.locator(shows).first()).toBeVisible();
    await judge(page, name, info, { complaints });
  });
}

signedIn("changes to past days", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/reports");
  await page.getByRole("button", { name: "Changes to past days" }).click();
  await expect(page.getByRole("dialog").locator("h3, p").nth(1)).toBeVisible();
  await judge(page, "reports-changes", info, { complaints });
});

signedIn("customer", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await stack.arrive(page);
  await signIn(page, stack, "/visits");
  await page.locator('a[href^="/visits/"]:visible').first().click();
  await page.getByRole("dialog").getByRole("link", { name: /^Everything about/ }).click();
  await expect(page.getByRole("heading", { name: "Timeline" })).toBeVisible();
  await expect(page.locator("article").first()).toBeVisible();
  await judge(page, "customer", info, { complaints });
  await page.getByRole("button", { name: "Erase…" }).click();
  await expect(page.getByRole("button", { name: "Erase for ever" })).toBeDisabled();
  await judge(page, "customer-erase", info, { complaints });
});

signedIn("visit drawer", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await stack.arrive(page);
  await signIn(page, stack, "/live");
  await page.getByTestId("visit-card").first().getByRole("link").first().click();
  await expect(page.getByRole("dialog").getByText("First seen")).toBeVisible();
  await judge(page, "visit", info, { complaints });
});

signedIn("why", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/visits");
  await page.locator('a[href^="/visits/"]:visible').first().click();
  await page.getByRole("link", { name: "Why this person?" }).click();
  await expect(page.getByTestId("why").getByRole("img", { name: /Similarity/ })).toBeVisible();
  await page.getByTestId("why").scrollIntoViewIfNeeded();
  await judge(page, "why", info, { complaints });
});

signedIn("one camera, watched and drawn on", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs a camera that shows the same each time");
  const complaints = collectComplaints(page);
  await signIn(page, stack, `/cameras/${id(2, 1)}`);
  await expect(page.getByTestId("preview-caption")).toHaveAttribute("data-phase", "live");
  await judge(page, "camera", info, { complaints });
  await page.getByRole("button", { name: "Edit masks and entry line" }).click();
  await page.getByRole("button", { name: "Draw the entry line" }).click();
  for (let point = 0; point < 2; point += 1) await page.getByRole("button", { name: "Add a point" }).click();
  await page.getByRole("button", { name: "Draw a mask" }).click();
  for (let point = 0; point < 4; point += 1) await page.getByRole("button", { name: "Add a point" }).click();
  await page.getByRole("button", { name: "Close shape" }).last().click();
  await judge(page, "camera-zones", info, { complaints });
});

signedIn("one worker, and a new one", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs workers, and a secret that is none");
  const complaints = collectComplaints(page);
  await signIn(page, stack, `/workers/${id(4, 901)}`);
  await expect(page.getByRole("dialog").getByText("openvino")).toBeVisible();
  await judge(page, "worker", info, { complaints });
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Add a worker" }).click();
  await page.getByLabel("Name of the machine").fill("Counter PC");
  await page.getByRole("button", { name: "Make join token" }).click();
  await expect(page.getByTestId("secret")).toBeVisible();
  await judge(page, "worker-join", info, { complaints });
});

signedIn("how long a site keeps pictures", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "shortens what a running shop keeps");
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/privacy");
  const rules = page.getByRole("list", { name: "How long pictures and faces are kept" });
  await expect(rules.getByText("Pictures: 30 days (set by the operator)")).toBeVisible();
  await page.getByRole("button", { name: "How long: Harbour Street" }).click();
  const form = page.getByRole("form", { name: "How long: Harbour Street" });
  const days = form.getByLabel("Days that pictures of faces are kept");
  await days.fill("31");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("Type a whole number from 1 to 30, or nothing.")).toBeVisible();
  await judge(page, "privacy-days", info, { complaints });
  await days.fill("7");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/taken at Harbour Street more than 7 days ago go/)).toBeVisible();
  await judge(page, "privacy-shorten", info, { complaints });
  await page.getByRole("button", { name: "Delete what is over" }).click();
  await expect(rules.getByText("Pictures: 7 days (the site's own rule)")).toBeVisible();
  await judge(page, "privacy-rules", info, { complaints });
});

signedIn("a lawful basis", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "says why people are recognised, and a running shop says so already");
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/privacy");
  await page.getByRole("button", { name: /^Basis of/ }).last().click();
  const form = page.getByRole("form", { name: /^Basis of/ });
  await form.getByLabel("Lawful basis").selectOption("Explicit consent");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText("Say where the assessment is kept.")).toBeVisible();
  await judge(page, "privacy-basis", info, { complaints });
  await form.getByLabel("Where the assessment is kept").fill("DPIA 2026-04, legal department");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  await expect(page.getByText("No lawful basis")).toBeHidden();
});

signedIn("site form", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/sites");
  await page.getByRole("button", { name: "Add site" }).click();
  await expect(page.getByLabel("Name")).toBeVisible();
  await judge(page, "site-form", info, { complaints });
});

signedIn("staff", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs people who work here");
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/staff");
  await expect(page.locator(STAFF_ROW_LINK).first()).toBeVisible();
  await judge(page, "staff", info, { complaints });
  await page.getByRole("button", { name: "Add staff member" }).click();
  await judge(page, "staff-form", info, { complaints });
});

signedIn("staff member", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs people who work here");
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/staff?name=ann");
  await page.locator(STAFF_ROW_LINK).first().click();
  await expect(page.getByTestId("enrolled-face").first()).toBeVisible();
  await page.getByRole("button", { name: "Landmarks" }).click();
  await judge(page, "staff-member", info, { complaints });
});

signedIn("staff import", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs a core that holds a run, and judges pictures by their size");
  const complaints = collectComplaints(page);
  stack.fake!.imports.reset();
  await signIn(page, stack, "/staff/import");
  await chooseZip(page, mixedZip(3));
  await judge(page, "staff-import-file", info, { complaints });
  stack.fake!.imports.holdBefore = 6;
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByText("5 of 8", { exact: true })).toBeVisible();
  await judge(page, "staff-import-check", info, { complaints });
  stack.fake!.imports.release();
  await expect(page.getByText("Checked: nobody was added yet")).toBeVisible();
  await page.getByRole("button", { name: "Import now" }).click();
  await expect(page.getByRole("heading", { name: "Imported" })).toBeVisible();
  await judge(page, "staff-import-finished", info, { complaints, fullPage: true });
  await page.getByRole("button", { name: "Taken 3" }).click();
  await page.getByRole("link", { name: "Import staff" }).click();
  await expect(page.getByText("3 taken, 5 not").and(page.locator(":visible"))).toBeVisible();
  await judge(page, "staff-imports", info, { complaints, fullPage: true });
});

signedIn("a staff import that cannot be read", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs the core of the test");
  stack.fake!.imports.reset();
  await signIn(page, stack, "/staff/import");
  await chooseZip(page, Buffer.from("this is no zip file"));
  await page.getByRole("button", { name: "Upload" }).click();
  await expect(page.getByRole("alert")).toContainText("This is no zip file");
  await judge(page, "staff-import-unreadable", info);
});

signedIn("recognition test", async ({ page, stack }, info) => {
  test.skip(!stack.fake, "needs people who work here");
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/staff?name=ann");
  await page.locator(STAFF_ROW_LINK).first().click();
  await page.getByRole("region", { name: "Recognition test" }).getByRole("button", { name: "Use the camera" }).click();
  await expect(page.locator('[data-testid="webcam"][data-state="open"]')).toBeVisible();
  await judge(page, "staff-camera", info, { complaints });
  await page.getByRole("button", { name: "Take picture" }).click();
  await page.getByRole("button", { name: "Test this picture" }).click();
  await expect(page.getByTestId("recognition-result")).toBeVisible();
  await page.getByText("What was measured").click();
  await judge(page, "staff-recognition", info, { complaints });
});

signedIn("a page that does not exist", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/nowhere");
  await expect(page.getByText("There is no such page")).toBeVisible();
  await judge(page, "not-found", info, { complaints });
});

signedIn("account", async ({ page, stack }, info) => {
  const complaints = collectComplaints(page);
  await signIn(page, stack, "/sites");
  await expect(page.locator("section h2").first()).toBeVisible();
  if (info.project.name.endsWith("phone")) await page.getByRole("button", { name: "Account and colours" }).click();
  else await page.locator("button:visible", { has: page.getByTestId("who") }).click();
  await expect(page.getByRole("button", { name: "Sign out everywhere" })).toBeVisible();
  await judge(page, "account", info, { complaints });
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toBeVisible();
  await judge(page, "change-password", info, { complaints });
});
