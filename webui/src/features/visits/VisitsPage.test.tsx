import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { type ListVisitsRequest, type Visit, VisitKind, VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid, visitOf } from "../../testing/shop";

function open(path: string, pages: Record<string, { visits: Visit[]; nextPageToken?: string }>) {
  const requests: ListVisitsRequest[] = [];
  const rendered = renderConsole({
    path,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      router.service(VisitService, {
        listVisits: (request) => {
          requests.push(request);
          const page = pages[request.pageToken];
          if (!page) throw refusal(Code.InvalidArgument, "BAD_PAGE_TOKEN");
          return page;
        },
        getVisit: ({ visitId }) => {
          const found = Object.values(pages)
            .flatMap(({ visits }) => visits)
            .find((visit) => visit.visitId === visitId);
          if (!found) throw refusal(Code.NotFound, "VISIT_NOT_FOUND");
          return found;
        },
      });
    },
  });
  return { ...rendered, requests };
}

it("sends the filters of the address, with days on the clock of the site", async () => {
  const customer = uuid("4", 1);
  const { requests } = open(
    `/visits?site=${SITE.siteId}&kind=repeat&from=2026-11-01&to=2026-11-02&customer=${customer}`,
    { "": { visits: [] } },
  );
  expect(await screen.findByText("No visit matches")).toBeDefined();
  const [request] = requests;
  expect(request).toMatchObject({ siteId: SITE.siteId, kind: VisitKind.REPEAT, customerId: customer });
  expect(timestampMs(request!.startTime!)).toBe(Date.parse("2026-11-01T00:00:00Z"));
  expect(timestampMs(request!.endTime!), "the last day is included").toBe(Date.parse("2026-11-03T00:00:00Z"));
});

it("takes nonsense in the address for no filter", async () => {
  const { requests } = open("/visits?site=x&kind=often&from=yesterday&customer=1%27", { "": { visits: [] } });
  expect(await screen.findByText("No visits yet")).toBeDefined();
  expect(requests[0]).toMatchObject({ siteId: "", customerId: "", kind: VisitKind.UNSPECIFIED });
  expect(requests[0]?.startTime).toBeUndefined();
});

it("writes a chosen filter to the address and starts again from the first page", async () => {
  const { requests, router } = open("/visits", {
    "": { visits: [visitOf(1, 0)], nextPageToken: "p2" },
    p2: { visits: [visitOf(2, 0)] },
  });
  const user = userEvent.setup();
  expect(await screen.findByText("Visitor 2")).toBeDefined();
  await user.selectOptions(screen.getByLabelText("New or repeat"), "new");
  await waitFor(() => {
    expect(requests.find(({ kind }) => kind === VisitKind.NEW)).toMatchObject({ pageToken: "" });
  });
  expect(router.state.location.search).toBe("?kind=new");
});

it("keeps the camera of the address while its own site is chosen", async () => {
  const { requests } = open(`/visits?camera=${CAMERA.cameraId}`, { "": { visits: [visitOf(1, 0)] } });
  const user = userEvent.setup();
  const field = await screen.findByLabelText("Camera");
  await waitFor(() => {
    expect(field).toHaveProperty("value", CAMERA.cameraId);
  });
  expect(requests[0]).toMatchObject({ cameraId: CAMERA.cameraId });
  await user.selectOptions(screen.getByLabelText("Site"), SITE.siteId);
  await waitFor(() => {
    expect(requests.at(-1)).toMatchObject({ siteId: SITE.siteId, cameraId: CAMERA.cameraId });
  });
});

it("reads on while the end is near, each page once", async () => {
  const { requests } = open("/visits", {
    "": { visits: [visitOf(1, 0)], nextPageToken: "p2" },
    p2: { visits: [visitOf(2, 0)], nextPageToken: "p3" },
    p3: { visits: [visitOf(3, 0)] },
  });
  expect(await screen.findByText("Visitor 3")).toBeDefined();
  expect(screen.getByText(/^3 visits\./)).toBeDefined();
  expect(requests.map(({ pageToken }) => pageToken)).toEqual(["", "p2", "p3"]);
});

it("draws only what is on the screen of a long list", async () => {
  const many = Array.from({ length: 200 }, (_, at) => visitOf(at + 1, 0));
  const { requests } = open("/visits", { "": { visits: many, nextPageToken: "p2" } });
  expect(await screen.findByText("Visitor 1")).toBeDefined();
  expect(screen.getAllByRole("listitem").length).toBeLessThan(60);
  expect(requests).toHaveLength(1);
});

it("opens a visit from its address, with what is known of it", async () => {
  const visit = visitOf(7, Date.parse("2026-11-22T10:00:00Z"));
  open(`/visits/${visit.visitId}`, { "": { visits: [visit] } });
  const article = await screen.findByRole("article", { name: "Visit of Visitor 7" });
  expect(await within(article).findByText("Entrance")).toBeDefined();
  expect(screen.getAllByText("10:00:00").length).toBeGreaterThan(0);
});

it("says that a visit is not there", async () => {
  open(`/visits/${uuid("3", 99)}`, { "": { visits: [] } });
  expect(await screen.findByText("This visit does not exist")).toBeDefined();
});
