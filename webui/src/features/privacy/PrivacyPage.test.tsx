import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { AuditEntrySchema, AuditService } from "../../api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { CameraSettingsSchema, ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";
import { countsOf } from "./erasures";
import { letOut } from "./letOut";

const cameraWith = (number: number, imagePolicy: ImagePolicy): Camera => ({
  ...CAMERA,
  cameraId: uuid("2", number),
  settings: create(CameraSettingsSchema, { imagePolicy }),
});

const erased = (sequence: number, action: string, more: { actorId?: string; detail?: string } = {}) =>
  create(AuditEntrySchema, {
    auditId: uuid("a", sequence),
    sequence: BigInt(sequence),
    time: timestampFromMs(Date.UTC(2026, 10, 22, 12)),
    action,
    resource: action.split(".")[0] ?? "",
    resourceId: uuid("4", sequence),
    hash: `${sequence}`.repeat(64),
    ...more,
  });

it("tells what each camera lets out: its own setting, and no more than its site allows", () => {
  const cameras = [
    cameraWith(1, ImagePolicy.UNSPECIFIED),
    cameraWith(2, ImagePolicy.FRAMES),
    cameraWith(3, ImagePolicy.NONE),
    { ...cameraWith(4, ImagePolicy.NONE), siteId: uuid("1", 2) },
  ];
  expect(letOut({ ...SITE, imagePolicy: ImagePolicy.FRAMES }, cameras)).toEqual([
    { policy: ImagePolicy.NONE, cameras: 1 },
    { policy: ImagePolicy.CROPS, cameras: 1 },
    { policy: ImagePolicy.FRAMES, cameras: 1 },
  ]);
  expect(letOut(SITE, cameras), "a site without a choice lets out faces").toEqual([
    { policy: ImagePolicy.NONE, cameras: 1 },
    { policy: ImagePolicy.CROPS, cameras: 2 },
  ]);
  expect(letOut({ ...SITE, imagePolicy: ImagePolicy.NONE }, cameras)).toEqual([{ policy: ImagePolicy.NONE, cameras: 3 }]);
});

it("counts what an entry says in numbers, and nothing else", () => {
  expect(countsOf('{"faces":3,"images":0,"customer_ids":["x"],"visits":"many"}')).toEqual([
    ["faces", 3],
    ["images", 0],
  ]);
  expect(countsOf("")).toEqual([]);
  expect(countsOf("[1]")).toEqual([]);
});

it("shows who was forgotten, the latest first, with the hash as receipt and the way into the log", async () => {
  const log = [
    erased(3, "customer.delete", { actorId: uuid("6", 2), detail: '{"faces":3,"images":1}' }),
    erased(5, "staff.leave", { detail: '{"faces":2}' }),
    erased(4, "staff.delete", { actorId: uuid("6", 2) }),
  ];
  renderConsole({
    path: "/privacy",
    role: Role.TENANT_ADMIN,
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      core.service(UserService, { listUsers: () => ({ users: [{ userId: uuid("6", 2), email: "ann@example.com", displayName: "Ann Berg" }] }) });
      core.service(AuditService, { listAuditEntries: ({ action }) => ({ entries: log.filter((entry) => entry.action === action) }) });
    },
  });
  expect(await screen.findByText("Now: 1 camera lets out faces.")).toBeDefined();
  const list = await screen.findByRole("list", { name: "People who were forgotten" });
  await within(list).findAllByText(/Ann Berg/);
  const receipts = within(list).getAllByRole("listitem");
  expect(receipts.map((receipt) => receipt.querySelector("p")?.textContent)).toEqual([
    "The faces of somebody who left were erased",
    "A staff member was erased",
    "A customer was erased",
  ]);
  const last = within(receipts[2]!);
  expect(last.getByText("3 faces, 1 picture")).toBeDefined();
  expect(last.getByText(`Receipt ${"3".repeat(64)}`)).toBeDefined();
  expect(last.getByRole("link", { name: "Entry 3 in the audit log" }).getAttribute("href")).toBe(`/audit?target=${uuid("4", 3)}`);
  expect(within(receipts[0]!).getByText(/The system itself/)).toBeDefined();
});

it("says that nobody was forgotten", async () => {
  renderConsole({
    path: "/privacy",
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(CameraService, { listCameras: () => ({}) });
      core.service(UserService, { listUsers: () => ({}) });
      core.service(AuditService, { listAuditEntries: () => ({}) });
    },
  });
  expect(await screen.findByText("Nobody was forgotten yet")).toBeDefined();
  expect(await screen.findByText("It has no camera.")).toBeDefined();
});
