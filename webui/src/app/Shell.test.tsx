import { Code } from "@connectrpc/connect";
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { Role } from "../api/gen/footfall/v1/auth_service_pb";
import { SiteService } from "../api/gen/footfall/v1/site_service_pb";
import { FakeBrowser } from "../testing/browser";
import { issuedFor, refusal, renderConsole, tokenFor } from "../testing/renderConsole";
import { uuid } from "../testing/shop";

afterEach(() => {
  vi.restoreAllMocks();
});

/** A system administrator's token, which acts for a tenant or for none. */
function tokenOfSystem(tenantId: string) {
  const token = tokenFor(Role.SYSTEM_ADMIN);
  Object.assign(token.principal!, { tenantId, tenantName: tenantId === "" ? "" : "Southwind Shops" });
  return { ...token, accessToken: `token for ${tenantId}` };
}

const linksOf = (name: string) => within(screen.getByRole("navigation", { name })).getAllByRole("link");

it("shows the pages of the role in the sidebar and in a phone's bar", async () => {
  renderConsole({ path: "/nowhere", role: Role.SITE_MANAGER });
  await screen.findByText("There is no such page");
  expect(linksOf("Main").map(({ textContent }) => textContent)).toEqual(expect.arrayContaining(["Live", "Visits", "Sites & cameras"]));
  expect(within(screen.getByRole("navigation", { name: "Main" })).queryByRole("link", { name: "Audit log" })).toBeNull();
  expect(linksOf("Main, small screens").length).toBeLessThanOrEqual(5);
});

it("keeps a folded sidebar folded, and names what its icons lead to", async () => {
  renderConsole({ path: "/nowhere" });
  await userEvent.click(await screen.findByRole("button", { name: "Fold the sidebar" }));
  expect(window.localStorage.getItem("footfall.sidebar")).toBe("collapsed");
  expect(within(screen.getByRole("navigation", { name: "Main" })).getByRole("link", { name: "Live" }).textContent).toBe("");
  await userEvent.click(screen.getByRole("button", { name: "Unfold the sidebar" }));
  expect(window.localStorage.getItem("footfall.sidebar")).toBeNull();
});

it("says whose data is looked at, in every tab, until it ends", async () => {
  const browser = new FakeBrowser();
  const switchTenant = vi.fn(({ tenantId }: { tenantId: string }) => tokenOfSystem(tenantId));
  const { backend, session } = renderConsole({
    path: "/nowhere",
    role: Role.SYSTEM_ADMIN,
    browser,
    auth: { switchTenant },
  });
  const heard = vi.fn();
  browser.open().listen(heard);
  await act(() => backend.signIn.actFor(uuid("7", 2)));
  // The banner may be there already, for the tenant before.
  await waitFor(() => {
    expect(screen.getByTestId("acting-for").textContent).toContain("Southwind Shops");
  });
  await waitFor(() => {
    expect(heard).toHaveBeenCalledWith(expect.objectContaining({ kind: "began" }));
  });
  await userEvent.click(screen.getByRole("button", { name: "Stop" }));
  await waitFor(() => {
    expect(screen.queryByTestId("acting-for")).toBeNull();
  });
  expect(session.current()?.tenantId).toBe("");
  expect(switchTenant).toHaveBeenLastCalledWith(expect.objectContaining({ tenantId: "" }), expect.anything());
});

it("follows another tab that chose another tenant", async () => {
  const { keeper } = renderConsole({ path: "/nowhere", role: Role.SYSTEM_ADMIN });
  await screen.findByText("There is no such page");
  const issued = issuedFor(Role.SYSTEM_ADMIN);
  act(() => {
    keeper.began({ ...issued, accessToken: "another", who: { ...issued.who, tenantId: uuid("7", 3), tenantName: "Eastwind" } });
  });
  // The banner is there already, for the tenant before.
  await waitFor(() => {
    expect(screen.getByTestId("acting-for").textContent).toContain("Eastwind");
  });
});

it("says that the tenant could not be left", async () => {
  renderConsole({
    path: "/nowhere",
    role: Role.SYSTEM_ADMIN,
    auth: {
      switchTenant: () => {
        throw refusal(Code.Unavailable, "CORE_UNAVAILABLE");
      },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Stop" }));
  expect(await screen.findByRole("alert")).toHaveProperty("textContent", expect.stringContaining("Footfall cannot be reached"));
});

it("shows a system administrator without a tenant no page of a tenant, and the way to one", async () => {
  const listSites = vi.fn(() => ({}));
  renderConsole({
    path: "/sites",
    role: Role.SYSTEM_ADMIN,
    tenantId: "",
    services: (core) => core.service(SiteService, { listSites }),
  });
  expect(await screen.findByText("Your role does not show this page")).toBeDefined();
  expect(screen.getByRole("link", { name: "Choose a tenant" })).toBeDefined();
  expect(listSites).not.toHaveBeenCalled();
});

it("says when this device is offline, and when it is back", async () => {
  renderConsole({ path: "/nowhere" });
  await screen.findByText("There is no such page");
  expect(screen.queryByTestId("offline-banner")).toBeNull();
  const onLine = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  act(() => {
    window.dispatchEvent(new Event("offline"));
  });
  expect(screen.getByTestId("offline-banner").textContent).toContain("This device is offline");
  onLine.mockReturnValue(true);
  act(() => {
    window.dispatchEvent(new Event("online"));
  });
  expect(screen.queryByTestId("offline-banner")).toBeNull();
});
