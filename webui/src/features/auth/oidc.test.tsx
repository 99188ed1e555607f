import { Code } from "@connectrpc/connect";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { refusal, renderConsole, tokenFor } from "../../testing/renderConsole";
import { isSafePage } from "./oidc";

const SECRET = "a-login-secret-of-this-browser";
const PROVIDERS = [
  { providerId: "keycloak", displayName: "Northwind Login" },
  { providerId: "google", displayName: "Google" },
];

type Options = Partial<Parameters<typeof renderConsole>[0]>;

const open = (path: string, auth: Options["auth"] = {}) => {
  window.history.replaceState(null, "", path);
  return renderConsole({ path: path.split("?")[0]!, signedIn: false, auth });
};
const begin = (next = "/nowhere") => {
  window.sessionStorage.setItem("footfall.oidc", JSON.stringify({ loginSecret: SECRET, next }));
};

afterEach(() => {
  window.history.replaceState(null, "", "/");
});

describe("the sign-in page", () => {
  it("has a button for each provider", async () => {
    open("/sign-in", { listIdentityProviders: () => ({ providers: PROVIDERS }) });
    expect(await screen.findByRole("button", { name: "Continue with Northwind Login" })).toBeDefined();
    expect(screen.getByRole("button", { name: "Continue with Google" })).toBeDefined();
  });

  it.each([
    ["there are none", () => ({})],
    [
      "the list cannot be read",
      () => {
        throw refusal(Code.Unimplemented, "");
      },
    ],
  ])("works by password when %s", async (_, listIdentityProviders) => {
    const { session } = open("/sign-in", { listIdentityProviders, issueToken: () => tokenFor(Role.TENANT_ADMIN) });
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText("E-mail address"), "mara@example.com");
    await user.type(screen.getByLabelText("Password"), "anything{Enter}");
    await waitFor(() => {
      expect(session.current()).toBeDefined();
    });
    expect(screen.queryByText("or")).toBeNull();
  });

  it.each([
    ["goes nowhere that is not encrypted", () => ({ authorizationUrl: "http://login.example/", loginSecret: SECRET }), "not safe"],
    [
      "says why a sign-in cannot begin",
      () => {
        throw refusal(Code.Unavailable, "IDENTITY_PROVIDER_UNAVAILABLE");
      },
      "does not answer",
    ],
  ])("%s", async (_, startOidcLogin, text) => {
    open("/sign-in", { listIdentityProviders: () => ({ providers: PROVIDERS }), startOidcLogin });
    await userEvent.setup().click(await screen.findByRole("button", { name: "Continue with Google" }));
    expect((await screen.findByRole("alert")).textContent).toContain(text);
    expect(window.sessionStorage).toHaveLength(0);
  });
});

describe("the way back from a provider", () => {
  beforeEach(() => {
    begin();
  });

  it("ends the sign-in with what the browser kept, and leads to the page that was asked for", async () => {
    const issueToken = vi.fn(() => tokenFor(Role.TENANT_ADMIN));
    const { router } = open("/sign-in/callback?code=the-code&state=the-state-of-it", { issueToken });
    expect(window.location.href).not.toContain("the-code");
    expect(await screen.findByText("There is no such page")).toBeDefined();
    expect(router.state.location.pathname).toBe("/nowhere");
    expect(issueToken).toHaveBeenCalledOnce();
    expect(issueToken).toHaveBeenCalledWith(
      expect.objectContaining({
        credentials: {
          case: "oidc",
          value: expect.objectContaining({ code: "the-code", state: "the-state-of-it", loginSecret: SECRET }) as unknown,
        },
        useCookie: true,
      }),
      expect.anything(),
    );
    expect(window.sessionStorage).toHaveLength(0);
  });

  it("leads to no other host", async () => {
    begin("https://evil.example/");
    const { router } = open("/sign-in/callback?code=c&state=s", { issueToken: () => tokenFor(Role.TENANT_ADMIN) });
    await waitFor(() => {
      expect(router.state.location.pathname).toBe("/live");
    });
  });

  it.each([
    ["error=access_denied&error_description=Pay%20here&state=s", "You were not signed in"],
    ["error=temporarily_unavailable", "does not answer"],
    ["error=__proto__", "did not sign you in"],
    ["code=used&state=s", "could not be finished"],
    ["code=nobody&state=s", "has no role here"],
  ])("tells in its own words why it failed: %s", async (query, text) => {
    const { session } = open(`/sign-in/callback?${query}`, {
      issueToken: ({ credentials }) => {
        const isNobody = credentials.case === "oidc" && credentials.value.code === "nobody";
        throw isNobody ? refusal(Code.PermissionDenied, "NO_ROLE") : refusal(Code.Unauthenticated, "BAD_CREDENTIALS");
      },
    });
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain(text);
    expect(alert.textContent).not.toContain("Pay here");
    expect(session.current()).toBeUndefined();
    expect(window.sessionStorage, "the secret is good for one sign-in").toHaveLength(0);
  });

  it("refuses a sign-in that this tab did not begin, without asking the server", async () => {
    window.sessionStorage.clear();
    const issueToken = vi.fn(() => tokenFor(Role.TENANT_ADMIN));
    open("/sign-in/callback?code=c&state=s", { issueToken });
    expect((await screen.findByRole("alert")).textContent).toContain("not begun in this tab");
    expect(issueToken).not.toHaveBeenCalled();
  });

  it("leads to the sign-in page when it is reloaded", async () => {
    open("/sign-in/callback");
    expect(await screen.findByLabelText("E-mail address")).toBeDefined();
  });
});

it.each([
  ["https://login.example/authorize?x=1", true],
  ["http://127.0.0.1:8081/authorize", true],
  ["http://localhost:8081/authorize", true],
  ["http://[::1]:8081/authorize", true],
  ["http://login.example/", false],
  ["http://127.0.0.1.evil.example/", false],
  ["http://localhost.evil.example/", false],
  ["javascript:alert(1)", false],
  ["//login.example/", false],
  ["", false],
])("a password may be typed at %o: %o", (address, isSafe) => {
  expect(isSafePage(address)).toBe(isSafe);
});
