import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { type OptOut, OptOutSchema, OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";

const ANN = uuid("6", 2);

function optOutOf(number: number, values: Partial<OptOut> = {}): OptOut {
  return {
    ...create(OptOutSchema, {
      optOutId: uuid("8", number),
      ticket: `OUT-${number}`,
      createTime: timestampFromMs(Date.UTC(2026, 10, 22, 12)),
      createUserId: ANN,
      inForce: true,
    }),
    ...values,
  };
}

function open(optOuts: Partial<ServiceImpl<typeof OptOutService>>) {
  return renderConsole({
    path: "/privacy",
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      core.service(UserService, { listUsers: () => ({ users: [{ userId: ANN, email: "ann@example.com", displayName: "Ann Berg" }] }) });
      core.service(ErasureService, { listErasures: () => ({}) });
      core.service(OptOutService, optOuts);
    },
  });
}

const section = async () => within(await screen.findByRole("region", { name: "Opted out" }));
const rowsOf = async () => within(await screen.findByRole("list", { name: "Opted out" })).getAllByRole("listitem").map((row) => within(row));

it("shows since when, under which ticket and by whom, and which are not in force", async () => {
  open({ listOptOuts: () => ({ optOuts: [optOutOf(2), optOutOf(1, { ticket: "", inForce: false })] }) });
  const rows = await rowsOf();
  await screen.findAllByText(/Ann Berg/);
  expect(rows[0]!.getByText("Ticket OUT-2")).toBeDefined();
  expect(rows[0]!.getByText("In force")).toBeDefined();
  expect(rows[0]!.getByText(/22 Nov 2026/)).toBeDefined();
  expect(rows[0]!.queryByText(/Ask the person for a new picture/)).toBeNull();
  expect(rows[1]!.getByText("Without a ticket")).toBeDefined();
  expect(rows[1]!.getByText("Not in force")).toBeDefined();
  expect(rows[1]!.getByText(/Ask the person for a new picture/)).toBeDefined();
  expect((await section()).getByRole("link", { name: "Add" }).getAttribute("href")).toBe("/privacy/forget");
});

it("says when nobody opted out", async () => {
  open({ listOptOuts: () => ({}) });
  expect(await screen.findByText("Nobody opted out")).toBeDefined();
});

it("reads on", async () => {
  open({
    listOptOuts: ({ pageToken }) =>
      pageToken === "" ? { optOuts: [optOutOf(2)], nextPageToken: "more" } : { optOuts: [optOutOf(1)], nextPageToken: "" },
  });
  await userEvent.click(await (await section()).findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Ticket OUT-1")).toBeDefined();
  expect((await section()).queryByRole("button", { name: "Show more" })).toBeNull();
});

it("takes somebody off the list after asking", async () => {
  let kept = [optOutOf(2), optOutOf(1)];
  const taken: string[] = [];
  open({
    listOptOuts: () => ({ optOuts: kept }),
    deleteOptOut: ({ optOutId }) => {
      taken.push(optOutId);
      kept = kept.filter((each) => each.optOutId !== optOutId);
      return {};
    },
  });
  const user = userEvent.setup();
  const [first] = await rowsOf();
  await user.click(first!.getByRole("button", { name: /^Take off the list: Ticket OUT-2/ }));
  const dialog = within(await screen.findByRole("dialog", { name: "Recognise this person again?" }));
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  expect(taken).toEqual([]);
  await user.click(first!.getByRole("button", { name: /^Take off the list: Ticket OUT-2/ }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Take off the list" }));
  await waitFor(() => {
    expect(screen.queryByText("Ticket OUT-2")).toBeNull();
  });
  expect(taken).toEqual([uuid("8", 2)]);
  expect(screen.getByText("Ticket OUT-1")).toBeDefined();
});

it("says why somebody could not be taken off", async () => {
  open({
    listOptOuts: () => ({ optOuts: [optOutOf(1)] }),
    deleteOptOut: () => {
      throw refusal(Code.NotFound, "OPT_OUT_NOT_FOUND");
    },
  });
  const user = userEvent.setup();
  const [row] = await rowsOf();
  await user.click(row!.getByRole("button", { name: /^Take off the list/ }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Take off the list" }));
  expect(await screen.findByText("This entry does not exist any more")).toBeDefined();
});

it("says when the list cannot be read, and reads it again", async () => {
  let away = true;
  open({
    listOptOuts: () => {
      if (away) throw refusal(Code.PermissionDenied, "PERMISSION_DENIED");
      return { optOuts: [optOutOf(1)] };
    },
  });
  const alert = within(await (await section()).findByRole("alert"));
  away = false;
  await userEvent.click(alert.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Ticket OUT-1")).toBeDefined();
});
