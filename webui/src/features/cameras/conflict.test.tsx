import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { CameraControlService } from "../../api/gen/footfall/v1/camera_control_service_pb";
import { type Camera, CameraService, type UpdateCameraRequest } from "../../api/gen/footfall/v1/camera_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE } from "../../testing/shop";

/** The page of a camera, and what is stored of it; `meanwhile` happens between what a save reads and what it writes. */
function open(meanwhile: (stored: Camera) => Camera = (stored) => stored) {
  let stored: Camera = { ...CAMERA, etag: "1" };
  let races = 1;
  const updates: UpdateCameraRequest[] = [];
  const change = (more: Partial<Camera>) => ({ ...stored, ...more, etag: String(Number(stored.etag) + 1) });
  renderConsole({
    path: `/cameras/${CAMERA.cameraId}`,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(CameraControlService, { listWorkers: () => ({}) });
      router.service(CameraService, {
        listCameras: () => ({ cameras: [stored] }),
        getCamera: () => stored,
        updateCamera: (request) => {
          if (races > 0) {
            races -= 1;
            stored = meanwhile(stored);
          }
          updates.push(request);
          if (request.camera?.etag !== stored.etag) throw refusal(Code.Aborted, "ETAG_MISMATCH");
          stored = change({ displayName: request.camera.displayName });
          return stored;
        },
      });
    },
  });
  return {
    updates,
    elsewhere: (more: Partial<Camera>) => {
      stored = change(more);
    },
  };
}

async function rename(name: string) {
  const form = within(await screen.findByRole("form", { name: "Connection" }));
  const field = form.getByLabelText("Name");
  await userEvent.clear(field);
  await userEvent.type(field, name);
  await userEvent.click(form.getByRole("button", { name: "Save" }));
  return form;
}

it("says that somebody else changed the camera, and loads theirs", async () => {
  const { updates, elsewhere } = open();
  await screen.findByRole("form", { name: "Connection" });
  elsewhere({ displayName: "Front door" });
  const form = await rename("Main door");
  expect(await form.findByText("Somebody else changed this meanwhile")).toBeDefined();
  expect(updates).toEqual([]);
  await userEvent.click(form.getByRole("button", { name: "Load theirs" }));
  expect(form.getByLabelText("Name")).toHaveProperty("value", "Front door");
  expect(form.queryByRole("alert")).toBeNull();
});

it("saves over theirs when told to", async () => {
  const { updates, elsewhere } = open();
  await screen.findByRole("form", { name: "Connection" });
  elsewhere({ displayName: "Front door" });
  const form = await rename("Main door");
  await userEvent.click(await form.findByRole("button", { name: "Keep mine" }));
  await waitFor(() => {
    expect(form.queryByRole("alert")).toBeNull();
  });
  expect(updates.map(({ camera }) => [camera?.displayName, camera?.etag])).toEqual([["Main door", "2"]]);
});

it("tells of what was saved in the moment between reading and writing", async () => {
  open((stored) => ({ ...stored, displayName: "Front door", etag: "9" }));
  const form = await rename("Main door");
  expect(await form.findByText("Somebody else changed this meanwhile")).toBeDefined();
});

it("goes on when another part was saved in that moment", async () => {
  const { updates } = open((stored) => ({ ...stored, etag: "9" }));
  await rename("Main door");
  await waitFor(() => {
    expect(updates.map(({ camera }) => camera?.etag)).toEqual(["1", "9"]);
  });
  expect(screen.queryByText("Somebody else changed this meanwhile")).toBeNull();
});
