import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { type Camera, CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { CameraSettingsSchema, ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import { ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { RetentionService } from "../../api/gen/footfall/v1/retention_service_pb";
import { LawfulBasis, RecognitionBasisSchema, type Site, SiteSchema, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";
import { basisFaults } from "./basisForm";
import { letOut } from "./letOut";

const cameraWith = (number: number, imagePolicy: ImagePolicy): Camera => ({
  ...CAMERA,
  cameraId: uuid("2", number),
  settings: create(CameraSettingsSchema, { imagePolicy }),
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

const DAY_MS = 86_400_000;

const basisUntil = (expiry: number) =>
  create(RecognitionBasisSchema, {
    lawfulBasis: LawfulBasis.OTHER,
    reference: "DPIA 7",
    recordTime: timestampFromMs(Date.UTC(2026, 0, 12)),
    expireTime: timestampFromMs(expiry),
  });

function openWith(sites: Site[], onUpdate: (site: Site, paths: readonly string[]) => Site = (site) => site, cameras: Camera[] = []) {
  renderConsole({
    path: "/privacy",
    role: Role.TENANT_ADMIN,
    services: (core) => {
      core.service(SiteService, {
        listSites: () => ({ sites }),
        updateSite: ({ site, updateMask }) => {
          const changed = onUpdate(site!, updateMask?.paths ?? []);
          sites.splice(0, 1, changed);
          return changed;
        },
      });
      core.service(CameraService, { listCameras: () => ({ cameras }) });
      core.service(UserService, { listUsers: () => ({}) });
      core.service(ErasureService, { listErasures: () => ({}) });
      core.service(OptOutService, { listOptOuts: () => ({}) });
      core.service(RetentionService, { getRetention: () => ({}) });
    },
  });
  return screen.findByRole("list", { name: "Where people are recognised" });
}

it("tells at each site what its cameras let out now", async () => {
  await openWith([SITE, create(SiteSchema, { ...SITE, siteId: uuid("1", 2), displayName: "Old Town" })], undefined, [CAMERA]);
  expect(await screen.findByText("Now: 1 camera lets out faces.")).toBeDefined();
  expect(screen.getByText("It has no camera.")).toBeDefined();
});

it("says at each site whether people are recognised, by what, and why not", async () => {
  const soon = Date.now() + 3 * DAY_MS;
  const list = await openWith([
    create(SiteSchema, { ...SITE, recognitionBasis: basisUntil(soon) }),
    create(SiteSchema, { ...SITE, siteId: uuid("1", 2), recognitionBasis: basisUntil(Date.UTC(2026, 0, 31)) }),
    create(SiteSchema, { ...SITE, siteId: uuid("1", 3), anonymous: true, recognitionBasis: basisUntil(soon) }),
    create(SiteSchema, { ...SITE, siteId: uuid("1", 4) }),
  ]);
  const rows = within(list).getAllByRole("listitem");
  expect(rows.map((row) => row.querySelector("p")?.textContent)).toEqual([
    "Harbour StreetRecognises people",
    "Harbour StreetBasis expired",
    "Harbour StreetCounts only",
    "Harbour StreetNo lawful basis",
  ]);
  expect(within(rows[0]!).getByText("Recorded Mon 12 Jan 2026. Assessment: DPIA 7")).toBeDefined();
  expect(within(rows[1]!).getByText("Another ground, expired on Fri 30 Jan 2026")).toBeDefined();
  expect(within(rows[2]!).getByText(/Anonymous by choice/)).toBeDefined();
  expect(within(rows[3]!).getByText(/nobody is recognised/)).toBeDefined();
});

it("records a basis with its reference and its last day, and nothing half", async () => {
  const asked: { site: Site; paths: readonly string[] }[] = [];
  await openWith([SITE], (site, paths) => {
    asked.push({ site, paths });
    return create(SiteSchema, { ...SITE, recognitionBasis: basisUntil(Date.now() + DAY_MS) });
  });
  await userEvent.click(screen.getByRole("button", { name: "Basis of Harbour Street" }));
  const form = within(await screen.findByRole("form", { name: "Basis of Harbour Street" }));
  expect(form.queryByLabelText("Where the assessment is kept"), "there is nothing to assess yet").toBeNull();
  await userEvent.selectOptions(form.getByLabelText("Lawful basis"), "Explicit consent");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(form.getByText("Say where the assessment is kept.")).toBeDefined();
  expect(asked).toEqual([]);
  await userEvent.type(form.getByLabelText("Where the assessment is kept"), " DPIA 9 ");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Recognises people")).toBeDefined();
  const [{ site, paths }] = asked as [(typeof asked)[number]];
  expect(paths).toEqual(["recognition_basis", "anonymous"]);
  expect(site.recognitionBasis).toMatchObject({ lawfulBasis: LawfulBasis.EXPLICIT_CONSENT, reference: "DPIA 9" });
  const days = (timestampMs(site.recognitionBasis!.expireTime!) - Date.now()) / DAY_MS;
  expect(days, "a year, to the end of its last day").toBeGreaterThan(364);
  expect(days).toBeLessThan(367);
});

it("takes a basis back", async () => {
  const asked: Site[] = [];
  const held = create(SiteSchema, { ...SITE, recognitionBasis: basisUntil(Date.now() + DAY_MS) });
  await openWith([held], (site) => {
    asked.push(site);
    return SITE;
  });
  await userEvent.click(screen.getByRole("button", { name: "Basis of Harbour Street" }));
  const form = within(await screen.findByRole("form", { name: "Basis of Harbour Street" }));
  await userEvent.selectOptions(form.getByLabelText("Lawful basis"), "None: nobody is recognised");
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("No lawful basis")).toBeDefined();
  expect(asked.map(({ recognitionBasis }) => recognitionBasis)).toEqual([undefined]);
});

it("asks for a last day that is ahead, and not too far", () => {
  const now = Date.UTC(2026, 5, 1, 12);
  const draft = { lawfulBasis: LawfulBasis.OTHER, reference: "x", anonymous: false };
  const fault = (lastDay: string) => basisFaults({ ...draft, lastDay }, "Asia/Tokyo", now).get("lastDay");
  expect([fault("2026-06-01"), fault("2029-05-30")]).toEqual([undefined, undefined]);
  for (const bad of ["", "2026-05-31", "2029-06-02"]) expect(fault(bad), bad).toBeDefined();
  expect(basisFaults({ ...draft, lawfulBasis: LawfulBasis.UNSPECIFIED, lastDay: "" }, "UTC", now).size).toBe(0);
});
