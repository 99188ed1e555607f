import { create } from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { type User, UserSchema, UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { SITE, uuid } from "../../testing/shop";
import { draftOf, userFaults, valuesOf } from "./userForm";

const ANN = create(UserSchema, {
  userId: uuid("6", 2),
  email: "ann@example.com",
  displayName: "Ann Berg",
  role: Role.SITE_MANAGER,
  siteIds: [SITE.siteId],
  hasPassword: true,
});

function open(service: Partial<ServiceImpl<typeof UserService>>) {
  return renderConsole({
    path: "/users",
    services: (core) => {
      core.service(UserService, { listUsers: () => ({ users: [ANN] }), ...service });
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
    },
  });
}

it("asks for sites of a site manager, and sends none for an administrator", () => {
  const draft = { ...draftOf(undefined, true), email: "kim@example.com" };
  expect([...userFaults(draft).keys()]).toEqual(["siteIds"]);
  expect([...userFaults({ ...draft, email: "kim", siteIds: ["a"] }).keys()]).toEqual(["email"]);
  const admin = { ...draft, role: Role.TENANT_ADMIN, siteIds: ["a"] };
  expect(userFaults(admin).size).toBe(0);
  expect(valuesOf(admin).siteIds).toEqual([]);
});

it("opens accounts of system administrators where no tenant is acted for", () => {
  expect(draftOf(undefined, false).role).toBe(Role.SYSTEM_ADMIN);
});

it("invites somebody and shows the link once", async () => {
  const createUser = vi.fn(({ user }: { user?: User | undefined }) => ({ ...user!, userId: uuid("6", 3), displayName: "kim" }));
  const createSetupToken = vi.fn(() => ({ setupToken: "ffs_once" }));
  open({ createUser, createSetupToken });
  await screen.findAllByText("Ann Berg");
  await userEvent.click(screen.getByRole("button", { name: "Invite" }));
  const form = screen.getByRole("dialog");
  await userEvent.type(within(form).getByLabelText("E-mail address"), "kim@example.com");
  await userEvent.click(await within(form).findByLabelText(SITE.displayName));
  await userEvent.click(within(form).getByRole("button", { name: "Invite" }));
  expect((await screen.findByTestId<HTMLInputElement>("secret")).value).toBe(`${window.location.origin}/set-password#ffs_once`);
  expect(createUser).toHaveBeenCalledOnce();
  expect(createSetupToken).toHaveBeenCalledOnce();
  await userEvent.click(screen.getByRole("button", { name: "Done" }));
  expect(screen.queryByTestId("secret")).toBeNull();
});

it("says why the last administrator cannot go", async () => {
  open({
    deleteUser: () => {
      throw refusal(Code.FailedPrecondition, "LAST_ADMIN");
    },
  });
  await userEvent.click((await screen.findAllByRole("button", { name: "Delete Ann Berg" }))[0]!);
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
  expect((await screen.findByRole("alert")).textContent).toContain("This is the last administrator");
});

it("asks before a new password link, since it ends the others", async () => {
  const createSetupToken = vi.fn(() => ({ setupToken: "ffs_again" }));
  open({ createSetupToken });
  await userEvent.click((await screen.findAllByRole("button", { name: "Password link for Ann Berg" }))[0]!);
  expect(createSetupToken).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Make the link" }));
  await waitFor(() => {
    expect(screen.getByTestId<HTMLInputElement>("secret").value).toContain("ffs_again");
  });
});
