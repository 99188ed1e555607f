import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import {
  type CreateStaffRequest,
  type ListStaffRequest,
  type Staff,
  StaffPresence,
  StaffService,
} from "../../api/gen/footfall/v1/staff_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { SITE } from "../../testing/shop";
import { staffOf } from "../../testing/staff";

function open(path: string, options: { staff?: Staff[]; role?: Role } = {}) {
  const { staff = [staffOf(1), staffOf(2, { siteIds: [], enrolledFaceCount: 3 })], role = Role.TENANT_ADMIN } = options;
  const calls = { list: [] as ListStaffRequest[], create: [] as CreateStaffRequest[] };
  const rendered = renderConsole({
    path,
    role,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(StaffService, {
        listStaff: (request) => {
          calls.list.push(request);
          return { staff };
        },
        createStaff: (request) => {
          calls.create.push(request);
          if (request.staff?.employeeNumber === "7") throw refusal(Code.AlreadyExists, "ALREADY_EXISTS");
          return { ...request.staff!, staffId: staffOf(9).staffId };
        },
        getStaff: ({ staffId }) => staffOf(9, { staffId }),
        listFaces: () => ({ mostFaces: 20 }),
      });
    },
  });
  return { ...rendered, calls };
}

it("asks for what the address says, and for who works here when it says nothing", async () => {
  const { calls } = open(`/staff?name=ann&site=${SITE.siteId}&presence=left`);
  await screen.findAllByText("Member 1");
  expect(calls.list[0]).toMatchObject({ name: "ann", siteId: SITE.siteId, presence: StaffPresence.LEFT });
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => {
    expect(calls.list.at(-1)).toMatchObject({ name: "", siteId: "", presence: StaffPresence.ACTIVE });
  });
});

it("says where somebody works, and that nobody is known without a face", async () => {
  open("/staff");
  const table = within(await screen.findByRole("table"));
  const [, first, second] = table.getAllByRole("row");
  expect(within(first!).getByText("Harbour Street")).toBeDefined();
  expect(within(first!).getByText("No face")).toBeDefined();
  expect(within(second!).getByText("Everywhere")).toBeDefined();
  expect(within(second!).getByText("3 faces")).toBeDefined();
});

it("adds a member, tells a number that is taken, and goes to the new page", async () => {
  const { calls, router } = open("/staff", { staff: [] });
  await userEvent.click(await screen.findByRole("button", { name: "Add the first one" }));
  const form = within(await screen.findByRole("dialog"));
  await userEvent.click(form.getByRole("button", { name: "Add staff member" }));
  expect(form.getByText("A name is needed.")).toBeDefined();
  await userEvent.type(form.getByLabelText("Name"), "Ann");
  await userEvent.type(form.getByLabelText("Employee number"), "7");
  await userEvent.click(form.getByLabelText("Harbour Street"));
  await userEvent.click(form.getByRole("button", { name: "Add staff member" }));
  expect(await form.findByText("Somebody else has this number.")).toBeDefined();
  await userEvent.type(form.getByLabelText("Employee number"), "8");
  await userEvent.click(form.getByRole("button", { name: /Add staff member$/ }));
  await waitFor(() => {
    expect(router.state.location.pathname).toBe(`/staff/${staffOf(9).staffId}`);
  });
  const [first, second] = calls.create;
  expect(second?.requestId, "one form is one request").toBe(first?.requestId);
  expect(second?.staff).toMatchObject({ displayName: "Ann", employeeNumber: "78", siteIds: [SITE.siteId] });
});
