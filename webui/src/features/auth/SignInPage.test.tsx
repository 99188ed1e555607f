import { Code } from "@connectrpc/connect";
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { FakeBrowser } from "../../testing/browser";
import { issuedFor, PASSWORD, refusal, renderConsole, tokenFor } from "../../testing/renderConsole";

type Options = Partial<Parameters<typeof renderConsole>[0]>;

function open(path: string, options: Options = {}) {
  return renderConsole({
    path,
    signedIn: false,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [] }) });
      router.service(VisitService, { listVisits: () => ({}) });
    },
    ...options,
  });
}

async function type(password: string) {
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("E-mail address"), "mara@example.com");
  await user.type(screen.getByLabelText("Password"), password);
  await user.click(screen.getByRole("button", { name: "Sign in" }));
}

async function choose(action: string) {
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /Mara Lindqvist/ }));
  await user.click(screen.getByRole("button", { name: action }));
}

const pathOf = ({ router }: ReturnType<typeof renderConsole>) => router.state.location.pathname + router.state.location.search;

it("leads back to the page that was asked for", async () => {
  const console = open("/visits?kind=new");
  await type(PASSWORD);
  await waitFor(() => {
    expect(pathOf(console)).toBe("/visits?kind=new");
  });
  expect(await screen.findByRole("heading", { name: "Visits" })).toBeDefined();
});

it("asks for a cookie, so that no script ever holds what outlives the page", async () => {
  const issueToken = vi.fn(() => tokenFor(Role.TENANT_ADMIN));
  open("/sign-in", { auth: { issueToken } });
  await type(PASSWORD);
  await waitFor(() => {
    expect(issueToken).toHaveBeenCalledWith(expect.objectContaining({ useCookie: true }), expect.anything());
  });
  expect(JSON.stringify([Object.entries(window.localStorage), Object.entries(window.sessionStorage)])).not.toContain("token");
});

it("a reload goes on where it was, without a glance at the sign-in page", async () => {
  window.localStorage.setItem("footfall.signed-in", "1");
  const issueToken = vi.fn(() => tokenFor(Role.TENANT_ADMIN));
  const seen: string[] = [];
  const console = open("/visits?kind=new", { auth: { issueToken } });
  console.router.subscribe(({ location }) => seen.push(location.pathname));
  expect(await screen.findByRole("heading", { name: "Visits" })).toBeDefined();
  expect(pathOf(console)).toBe("/visits?kind=new");
  expect(seen).not.toContain("/sign-in");
  expect(issueToken).toHaveBeenCalledWith(
    expect.objectContaining({ credentials: { case: "refreshToken", value: "" }, useCookie: true }),
    expect.anything(),
  );
});

it("a reload while the core is away says so instead of asking for a password, and goes on when it is back", async () => {
  window.localStorage.setItem("footfall.signed-in", "1");
  let isAway = true;
  open("/visits", {
    auth: {
      issueToken: () => {
        if (isAway) throw refusal(Code.Unavailable, "CORE_UNAVAILABLE");
        return tokenFor(Role.TENANT_ADMIN);
      },
    },
  });
  expect(await screen.findByText(/You stay signed in/)).toBeDefined();
  isAway = false;
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again now" }));
  expect(await screen.findByRole("heading", { name: "Visits" })).toBeDefined();
});

it("says the same whichever part was wrong, and keeps what was typed", async () => {
  const { session } = open("/sign-in");
  await type("wrong");
  expect((await screen.findByRole("alert")).textContent).toContain("E-mail address or password is wrong");
  expect(screen.getByLabelText<HTMLInputElement>("E-mail address").value).toBe("mara@example.com");
  expect(session.current()).toBeUndefined();
});

it("asks for what is missing before it asks the server", async () => {
  open("/sign-in");
  await userEvent.setup().click(await screen.findByRole("button", { name: "Sign in" }));
  expect(screen.getByText("Type your e-mail address.")).toBeDefined();
  expect(screen.getByText("Type your password.")).toBeDefined();
});

it("counts down after too many attempts, and asks nothing meanwhile", async () => {
  const issueToken = vi.fn(() => {
    throw refusal(Code.ResourceExhausted, "TOO_MANY_ATTEMPTS", { retryMs: 1800 });
  });
  open("/sign-in", { auth: { issueToken } });
  await type("wrong");
  const button = await screen.findByRole<HTMLButtonElement>("button", { name: /Try again in [12] s/ });
  expect(button.disabled).toBe(true);
  expect((await screen.findByRole("alert")).textContent).toContain("Too many wrong passwords");
  await userEvent.setup().type(screen.getByLabelText("Password"), "{Enter}");
  expect(issueToken).toHaveBeenCalledOnce();
  const again = await screen.findByRole<HTMLButtonElement>("button", { name: /Sign in$/ });
  expect(again.disabled).toBe(false);
});

it("a token that is no longer taken leads to the sign-in page, which says why", async () => {
  const console = open("/visits", {
    signedIn: true,
    services: (routes) => {
      routes.service(SiteService, { listSites: () => ({}) });
      routes.service(VisitService, {
        listVisits: () => {
          throw refusal(Code.Unauthenticated, "UNAUTHENTICATED");
        },
      });
    },
  });
  expect(await screen.findByText(/Your session ended/)).toBeDefined();
  expect(pathOf(console)).toBe("/sign-in?next=%2Fvisits");
});

it.each([
  ["Sign out", false],
  ["Sign out everywhere", true],
])("%s tells the server and every tab, and leads to the sign-in page without a way back", async (action, everywhere) => {
  const browser = new FakeBrowser();
  const other = renderConsole({ path: "/nowhere", browser, signedIn: true });
  await screen.findByText("There is no such page");
  document.body.replaceChildren();
  const signOut = vi.fn(() => ({}));
  const console = open("/nowhere", { browser, signedIn: true, auth: { signOut } });
  await choose(action);
  if (everywhere) {
    const dialog = await screen.findByRole("dialog");
    await userEvent.setup().click([...dialog.querySelectorAll("button")].find(({ textContent }) => textContent === action)!);
  }
  await waitFor(() => {
    expect([pathOf(console), pathOf(other)]).toEqual(["/sign-in", "/sign-in"]);
  });
  expect(signOut).toHaveBeenCalledWith(expect.objectContaining({ everywhere }), expect.anything());
  expect(window.localStorage.getItem("footfall.signed-in")).toBeNull();
});

it("does not pretend to be signed out when the server could not be told", async () => {
  const { session } = open("/nowhere", {
    signedIn: true,
    auth: {
      signOut: () => {
        throw refusal(Code.Unavailable, "CORE_UNAVAILABLE");
      },
    },
  });
  await choose("Sign out");
  expect((await screen.findByRole("alert")).textContent).toContain("You are still signed in");
  expect(session.current()).toBeDefined();
});

it("the pages begin anew when another tab signs in as somebody else", async () => {
  const browser = new FakeBrowser();
  const { backend } = open("/nowhere", { browser, signedIn: true });
  await screen.findAllByText("Mara Lindqvist");
  const clear = vi.spyOn(backend.images, "clear");
  const { who, ...token } = issuedFor(Role.SITE_MANAGER);
  act(() => {
    browser.open().tell({ kind: "began", ...token, accessToken: "other", who: { ...who, subjectId: "2", displayName: "Jon Berg" } });
  });
  expect((await screen.findAllByText("Jon Berg")).length).toBeGreaterThan(0);
  expect(screen.queryByText("Mara Lindqvist")).toBeNull();
  expect(clear).toHaveBeenCalled();
});

it("a sign-in page follows a sign-in in another tab", async () => {
  const browser = new FakeBrowser();
  const console = open("/sign-in?next=%2Fnowhere", { browser });
  await screen.findByLabelText("E-mail address");
  browser.open().tell({ kind: "began", ...issuedFor(Role.TENANT_ADMIN) });
  await waitFor(() => {
    expect(pathOf(console)).toBe("/nowhere");
  });
});

it("says for whom a system administrator acts", async () => {
  open("/nowhere", { signedIn: true, role: Role.SYSTEM_ADMIN });
  expect(await screen.findByText("System administrator, acting for Northwind Shops")).toBeDefined();
});

it("the current password that is wrong is a fault of the form, not the end of the session", async () => {
  const { session } = open("/nowhere", {
    signedIn: true,
    auth: {
      changePassword: ({ currentPassword }) => {
        if (currentPassword !== PASSWORD) throw refusal(Code.Unauthenticated, "BAD_CREDENTIALS");
        return {};
      },
    },
  });
  await choose("Change password");
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Current password"), "wrong");
  await user.type(screen.getByLabelText("New password"), "a better one than that");
  const form = screen.getByRole("form", { name: "Change password" });
  const submit = () => user.click([...form.querySelectorAll("button")].find(({ type }) => type === "submit")!);
  await submit();
  expect(await screen.findByText("This is not your password.")).toBeDefined();
  expect(session.current()).toBeDefined();
  await user.clear(screen.getByLabelText("Current password"));
  await user.type(screen.getByLabelText("Current password"), PASSWORD);
  await submit();
  expect(await screen.findByText(/Everywhere else you are signed out/)).toBeDefined();
});
