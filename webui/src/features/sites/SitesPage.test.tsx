import { create } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { type CreateCameraRequest, CameraService, type UpdateCameraRequest } from "../../api/gen/footfall/v1/camera_service_pb";
import { ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import { DayOfWeek } from "../../api/gen/footfall/v1/report_service_pb";
import { type CreateSiteRequest, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { TenantService, TenantSettingsSchema, type UpdateTenantSettingsRequest } from "../../api/gen/footfall/v1/tenant_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE } from "../../testing/shop";

const HOUR_MS = 3_600_000;

function open(role = Role.TENANT_ADMIN) {
  const sites = [SITE];
  let settings = create(TenantSettingsSchema, {
    weekStart: DayOfWeek.MONDAY,
    businessDayStart: durationFromMs(4 * HOUR_MS),
  });
  const calls = { settings: [] as UpdateTenantSettingsRequest[], createSite: [] as CreateSiteRequest[], createCamera: [] as CreateCameraRequest[], updateCamera: [] as UpdateCameraRequest[] };
  renderConsole({
    path: "/sites",
    role,
    services: (router) => {
      router.service(SiteService, {
        listSites: () => ({ sites }),
        createSite: (request) => {
          calls.createSite.push(request);
          if (request.site?.displayName === SITE.displayName) throw refusal(Code.AlreadyExists, "ALREADY_EXISTS");
          sites.push({ ...request.site!, siteId: "00000000-0000-7000-0001-000000000002" });
          return request.site!;
        },
        deleteSite: () => {
          throw refusal(Code.FailedPrecondition, "NOT_EMPTY");
        },
      });
      router.service(TenantService, {
        getTenantSettings: () => settings,
        updateTenantSettings: (request) => {
          calls.settings.push(request);
          settings = request.settings!;
          return settings;
        },
      });
      router.service(CameraService, {
        listCameras: () => ({ cameras: [CAMERA] }),
        createCamera: (request) => {
          calls.createCamera.push(request);
          return request.camera!;
        },
        updateCamera: (request) => {
          calls.updateCamera.push(request);
          return request.camera!;
        },
      });
    },
  });
  return calls;
}

it("adds a site, and says so when its name is taken", async () => {
  const calls = open();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Add site" }));
  const form = within(await screen.findByRole("dialog"));
  await user.click(form.getByRole("button", { name: "Add site" }));
  expect(form.getByText("A site needs a name.")).toBeDefined();
  await user.type(form.getByLabelText("Name"), SITE.displayName);
  await user.click(form.getByRole("button", { name: "Add site" }));
  expect(await form.findByText("This name is taken.")).toBeDefined();
  await user.clear(form.getByLabelText("Name"));
  await user.type(form.getByLabelText("Name"), "Old Town Market");
  await user.click(form.getByRole("button", { name: "Add site" }));
  expect(await screen.findByRole("heading", { name: "Old Town Market" })).toBeDefined();
  const [first, second] = calls.createSite;
  expect(second?.requestId, "one form is one request").toBe(first?.requestId);
  expect(durationMs(second!.site!.visitGap!)).toBe(3_600_000);
  expect(second!.site!.businessDayStart!.seconds).toBe(14_400n);
  expect(second!.site!.imagePolicy, "faces leave the shop, and no more, unless somebody says so").toBe(ImagePolicy.CROPS);
});

it("changes a camera by mask and keeps what was not typed", async () => {
  const calls = open();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Edit Entrance" }));
  const form = within(await screen.findByRole("dialog"));
  await user.clear(form.getByLabelText("Source"));
  await user.type(form.getByLabelText("Source"), "http://camera");
  await user.click(form.getByRole("button", { name: "Save" }));
  expect(calls.updateCamera, "a source of another kind is not sent").toHaveLength(0);
  await user.clear(form.getByLabelText("Source"));
  await user.type(form.getByLabelText("Source"), "rtsp://192.0.2.1/live");
  await user.click(form.getByLabelText("Read this camera"));
  await user.click(form.getByRole("button", { name: "Save" }));
  await waitFor(() => {
    expect(calls.updateCamera).toHaveLength(1);
  });
  expect(calls.updateCamera[0]).toMatchObject({
    camera: { cameraId: CAMERA.cameraId, displayName: "Entrance", sourceUrl: "rtsp://192.0.2.1/live", enabled: false },
    updateMask: { paths: ["display_name", "source_url", "enabled"] },
  });
});

it("asks before it deletes, and says why a site cannot go", async () => {
  open();
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: `Delete ${SITE.displayName}` }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Delete" }));
  expect(await dialog.findByText("It is still in use")).toBeDefined();
});

it("offers a site manager cameras and not sites", async () => {
  open(Role.SITE_MANAGER);
  expect(await screen.findByRole("button", { name: "Add camera" })).toBeDefined();
  expect(screen.queryByRole("button", { name: "Add site" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Weeks and days" })).toBeNull();
  expect(screen.queryByRole("button", { name: `Delete ${SITE.displayName}` })).toBeNull();
});

it("settles where weeks begin and the days of new sites", async () => {
  const calls = open();
  const user = userEvent.setup();
  expect(await screen.findByText("Weeks begin on Monday, days of new sites at 04:00.")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Weeks and days" }));
  const form = within(await screen.findByRole("dialog"));
  await user.selectOptions(form.getByLabelText("Weeks of reports begin on"), "Sunday");
  const day = form.getByLabelText("Business days of new sites start at");
  await user.clear(day);
  await user.click(form.getByRole("button", { name: "Save" }));
  expect(form.getByText("A time of day, for example 04:00.")).toBeDefined();
  expect(calls.settings).toEqual([]);
  await user.type(day, "06:30");
  await user.click(form.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Weeks begin on Sunday, days of new sites at 06:30.")).toBeDefined();
  expect(calls.settings[0]).toMatchObject({
    settings: { weekStart: DayOfWeek.SUNDAY, businessDayStart: { seconds: 23_400n } },
    updateMask: { paths: ["week_start", "business_day_start"] },
  });
  await user.click(screen.getByRole("button", { name: "Add site" }));
  expect(within(await screen.findByRole("dialog")).getByLabelText<HTMLInputElement>("The business day starts at").value).toBe("06:30");
});
