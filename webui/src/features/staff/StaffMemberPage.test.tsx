import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { CustomerService, MergeSchema } from "../../api/gen/footfall/v1/customer_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import {
  type ConvertCustomersRequest,
  PastCustomerSchema,
  RecognitionOutcome,
  type Staff,
  type StaffFace,
  StaffService,
  type UpdateStaffRequest,
} from "../../api/gen/footfall/v1/staff_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { SITE, uuid } from "../../testing/shop";
import { faceOf, staffOf } from "../../testing/staff";

const PICTURE = new File(["x"], "front.jpg", { type: "image/jpeg" });

function open(options: {
  member?: Staff;
  faces?: StaffFace[];
  role?: Role;
  core?: Partial<ServiceImpl<typeof StaffService>>;
  unmerge?: () => void;
} = {}) {
  const { faces = [faceOf(1)], role = Role.TENANT_ADMIN, core = {}, unmerge } = options;
  const member = options.member ?? staffOf(1, { enrolledFaceCount: faces.length });
  return renderConsole({
    path: `/staff/${member.staffId}`,
    role,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(StaffService, {
        getStaff: () => member,
        listFaces: () => ({ faces, mostFaces: 20 }),
        getFaceImage: () => ({ contentType: "image/jpeg", data: new Uint8Array(1) }),
        listPastCustomers: () => ({}),
        ...core,
      });
      router.service(CustomerService, {
        unmergeCustomers: ({ mergeId }) => {
          unmerge?.();
          return create(MergeSchema, { mergeId, undoTime: { seconds: 1n } });
        },
      });
    },
  });
}

async function drop(part: string): Promise<void> {
  const zone = await within(await screen.findByRole("region", { name: part })).findByTestId("drop-zone");
  fireEvent.drop(zone, { dataTransfer: { files: [PICTURE], types: ["Files"] } });
}

it("enrols what is dropped, shows it, and keeps what is refused with the figures", async () => {
  const faces = [faceOf(1)];
  let refused = true;
  open({
    faces,
    core: {
      addFace: () => {
        if (refused) throw refusal(Code.InvalidArgument, "FACE_TOO_SMALL", { metadata: { measured: "20.000", needed: "32.000" } });
        faces.push(faceOf(2));
        return faceOf(2);
      },
    },
  });
  await screen.findByTestId("enrolled-face");
  await drop("Faces");
  expect(await screen.findByText("20 pixels between the eyes; at least 32 are needed.")).toBeDefined();
  refused = false;
  await drop("Faces");
  expect(await screen.findByText("Accepted")).toBeDefined();
  await waitFor(() => {
    expect(screen.getAllByTestId("enrolled-face")).toHaveLength(2);
  });
  expect(screen.getByText("The face is too small"), "stays till it is dismissed").toBeDefined();
  const tiles = screen.getAllByTestId("upload-tile");
  await userEvent.click(within(tiles.find((tile) => tile.dataset.phase === "refused")!).getByRole("button"));
  expect(screen.queryByText("The face is too small")).toBeNull();
});

it("offers no picture to who may not change it, nor of who left", async () => {
  open({ member: staffOf(1, { left: true }), faces: [] });
  expect(await screen.findByText("The person left: the faces were erased.")).toBeDefined();
  expect(screen.getAllByTestId("drop-zone"), "the test alone").toHaveLength(1);
  expect(screen.getByRole("button", { name: "Works here again" })).toBeDefined();
});

it("saves over what somebody else changed only when told to", async () => {
  const updates: UpdateStaffRequest[] = [];
  let current = staffOf(1);
  open({
    core: {
      getStaff: () => current,
      updateStaff: (request) => {
        updates.push(request);
        if (request.staff?.etag !== current.etag) throw refusal(Code.Aborted, "ETAG_MISMATCH");
        return request.staff;
      },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  current = staffOf(1, { jobTitle: "Cashier", etag: "second" });
  const form = within(screen.getByRole("dialog"));
  await userEvent.type(form.getByLabelText("Job title"), "Manager");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(await form.findByText("Somebody else changed this meanwhile")).toBeDefined();
  await userEvent.click(form.getByRole("button", { name: "Keep mine" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(updates.map(({ staff, updateMask }) => [staff?.etag, staff?.jobTitle, updateMask?.paths])).toEqual([
    ["first", "Manager", ["job_title"]],
    ["second", "Manager", ["job_title"]],
  ]);
});

it("loads what somebody else saved into the form, and gives up what was typed", async () => {
  let current = staffOf(1);
  open({
    core: {
      getStaff: () => current,
      updateStaff: () => {
        throw refusal(Code.Aborted, "ETAG_MISMATCH");
      },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Edit" }));
  current = staffOf(1, { jobTitle: "Cashier", etag: "second" });
  const form = within(screen.getByRole("dialog"));
  await userEvent.type(form.getByLabelText("Job title"), "Manager");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  await userEvent.click(await form.findByRole("button", { name: "Load theirs" }));
  await waitFor(() => {
    expect(form.getByLabelText("Job title")).toHaveProperty("value", "Cashier");
  });
  expect(form.queryByText("Somebody else changed this meanwhile")).toBeNull();
});

it("lets nobody leave by what was read before somebody else changed it", async () => {
  let current = staffOf(1);
  const etags: (string | undefined)[] = [];
  open({
    core: {
      getStaff: () => current,
      updateStaff: ({ staff }) => {
        etags.push(staff?.etag);
        if (staff?.etag !== current.etag) throw refusal(Code.Aborted, "ETAG_MISMATCH");
        return staff;
      },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Leaves" }));
  current = staffOf(1, { displayName: "Somebody else", etag: "second" });
  const dialog = within(screen.getByRole("dialog"));
  await userEvent.click(dialog.getByRole("button", { name: "Leaves" }));
  expect(await dialog.findByText("Somebody else changed this meanwhile")).toBeDefined();
  expect(dialog.queryByRole("button", { name: "Keep mine" })).toBeNull();
  await userEvent.click(dialog.getByRole("button", { name: "Load theirs" }));
  expect(await screen.findByRole("heading", { name: /Somebody else/, level: 1 })).toBeDefined();
  await userEvent.click(dialog.getByRole("button", { name: "Leaves" }));
  await waitFor(() => {
    expect(etags).toEqual(["first", "second"]);
  });
});

it("lets somebody leave with a last day that counts whole", async () => {
  const updates: UpdateStaffRequest[] = [];
  open({
    core: {
      updateStaff: (request) => {
        updates.push(request);
        return request.staff!;
      },
    },
  });
  await userEvent.click(await screen.findByRole("button", { name: "Leaves" }));
  await userEvent.click(screen.getByLabelText("After a last day"));
  fireEvent.change(screen.getByLabelText("Last day"), { target: { value: "2001-01-01" } });
  expect(screen.getByText("Choose today or a later day.")).toBeDefined();
  fireEvent.change(screen.getByLabelText("Last day"), { target: { value: "2199-05-31" } });
  await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Leaves" }));
  await waitFor(() => {
    expect(updates).toHaveLength(1);
  });
  expect(updates[0]?.updateMask?.paths).toEqual(["leave_time"]);
  expect(timestampMs(updates[0]!.staff!.leaveTime!)).toBe(Date.parse("2199-06-01T00:00:00Z"));
});

it("deletes only when the name was typed", async () => {
  const deleted = vi.fn(() => ({}));
  const { router } = open({ core: { deleteStaff: deleted, listStaff: () => ({}) } });
  await userEvent.click(await screen.findByRole("button", { name: "Delete" }));
  const sure = screen.getByRole("button", { name: "Delete for good" });
  expect(sure.hasAttribute("disabled")).toBe(true);
  await userEvent.type(screen.getByLabelText("Type Member 1 to be sure"), "member 1");
  await userEvent.click(sure);
  await waitFor(() => {
    expect(router.state.location.pathname).toBe("/staff");
  });
  expect(deleted).toHaveBeenCalledOnce();
});

it("says whom a camera would take the picture for, and why", async () => {
  open({
    core: {
      testRecognition: () => ({
        outcome: RecognitionOutcome.CUSTOMER,
        rule: "matched",
        candidates: [
          { customerId: uuid("4", 5), number: 5n, score: 0.61, provenance: "created" },
          { customerId: uuid("4", 1), number: 1n, displayName: "Member 1", isStaff: true, score: 0.44, provenance: "enrolled" },
        ],
        margin: 0.17,
        thresholds: { match: 0.52, new: 0.42, margin: 0.04 },
        gates: [{ name: "sharpness", purpose: "match", value: 0.2, needed: 0.25, passed: false }],
      }),
    },
  });
  await drop("Recognition test");
  const result = within(await screen.findByTestId("recognition-result"));
  expect(result.getByText("Taken for Visitor 5, a customer")).toBeDefined();
  expect(result.getByRole("img", { name: /Visitor 5 0\.61, Member 1 0\.44, same from 0\.52/ })).toBeDefined();
  expect(result.getByText("The one that is tested")).toBeDefined();
  expect(result.getByText("Ahead of the second by 0.17; at least 0.04 is needed.")).toBeDefined();
  expect(result.getByText("not reached")).toBeDefined();
});

it("makes past customers one with the member, and undoes it", async () => {
  const converted: ConvertCustomersRequest[] = [];
  const unmerge = vi.fn();
  const past = [
    create(PastCustomerSchema, { customerId: uuid("4", 5), number: 5n, score: 0.7, matches: true, visitCount: 4 }),
    create(PastCustomerSchema, { customerId: uuid("4", 6), number: 6n, score: 0.4, matches: false, visitCount: 1 }),
  ];
  open({
    unmerge,
    core: {
      listPastCustomers: () => ({ pastCustomers: past, threshold: 0.52 }),
      convertCustomers: (request) => {
        converted.push(request);
        past.splice(0, 1);
        return create(MergeSchema, { mergeId: uuid("b", 1), sourceCustomerIds: request.customerIds });
      },
    },
  });
  expect(await screen.findByText("4 visits leave the reports, past days included.")).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Make 1 customer one with Member 1" }));
  expect(await screen.findByText("1 customer is Member 1 now. The visits left the reports.")).toBeDefined();
  expect(converted[0]?.customerIds, "who surely matches is chosen, who does not is not").toEqual([uuid("4", 5)]);
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByText(/^Undone/)).toBeDefined();
  expect(unmerge).toHaveBeenCalledOnce();
});

it("says that a member is not there, and tries again what was away", async () => {
  let away = true;
  open({
    core: {
      getStaff: () => {
        if (away) throw refusal(Code.NotFound, "STAFF_NOT_FOUND");
        return staffOf(1);
      },
      testRecognition: () => {
        throw new ConnectError("away", Code.Unavailable);
      },
    },
  });
  expect(await screen.findByText("This staff member does not exist")).toBeDefined();
  away = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Member 1" })).toBeDefined();
});
