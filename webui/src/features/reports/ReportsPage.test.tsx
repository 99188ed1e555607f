import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import {
  Distribution,
  type ExportVisitorsRequest,
  type GetVisitorsRequest,
  GetVisitorsResponseSchema,
  Granularity,
  ReportService,
} from "../../api/gen/footfall/v1/report_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE } from "../../testing/shop";

type Answer = MessageInitShape<typeof GetVisitorsResponseSchema>;

const COUNTS = { visits: 12n, uniqueVisitors: 9n, newVisits: 7n, repeatVisits: 5n, staffSightings: 3n, unidentifiableSightings: 2n };
const WEEK: Answer = {
  timeZones: ["Europe/Berlin"],
  report: {
    period: { startDate: "2026-11-02", endDate: "2026-11-03" },
    buckets: [
      { startDate: "2026-11-02", endDate: "2026-11-02", counts: { ...COUNTS, coverage: 0.5 } },
      { startDate: "2026-11-03", endDate: "2026-11-03", counts: { visits: 0n, coverage: 1 } },
    ],
    total: { ...COUNTS, coverage: 0.75 },
  },
};
const EMPTY: Answer = { report: { total: {} } };

function open(path: string, answer: Answer | Error = WEEK, options: { cameras?: number } = {}) {
  const requests: GetVisitorsRequest[] = [];
  const exports: ExportVisitorsRequest[] = [];
  const { router } = renderConsole({
    path,
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      core.service(CameraService, { listCameras: () => ({ cameras: options.cameras === 0 ? [] : [CAMERA] }) });
      core.service(ReportService, {
        getVisitors: (request) => {
          requests.push(request);
          if (answer instanceof Error) throw answer;
          return create(GetVisitorsResponseSchema, answer);
        },
        getDistribution: ({ distribution }) => ({
          distribution,
          slices:
            distribution === Distribution.GENDER
              ? [
                  { key: "female", visits: 0n },
                  { key: "not_estimated", visits: 12n },
                ]
              : [
                  { key: "monday", visits: 12n, uniqueVisitors: 9n, average: { days: 1, daysLeftOut: 1, visits: 12, uniqueVisitors: 9 } },
                ],
        }),
        exportVisitors: async function* (request) {
          exports.push(request);
          yield { contentType: "text/csv", data: new TextEncoder().encode("a,b\r\n") };
          yield { contentType: "text/csv", data: new TextEncoder().encode("1,2\r\n") };
        },
      });
    },
  });
  return { requests, exports, router };
}

it("sets four numbers side by side and says whose days they are", async () => {
  open("/reports?from=2026-11-02&to=2026-11-03");
  expect((await screen.findByTestId("number-visits")).textContent).toBe("12");
  expect(screen.getByTestId("number-unique").textContent).toBe("9");
  expect(screen.getByTestId("number-staff").textContent).toBe("3");
  expect(screen.getByTestId("number-unidentifiable").textContent).toBe("2");
  expect(screen.getByText("7 new, 5 came back")).toBeDefined();
  expect(screen.getByText(/Days are those of Europe\/Berlin/)).toBeDefined();
  expect(screen.getByTestId("coverage").textContent).toContain("75%");
});

it("has every bucket in a table, with how much of it was seen", async () => {
  open("/reports?from=2026-11-02&to=2026-11-03");
  const [table] = await screen.findAllByRole("table", { hidden: true });
  const rows = within(table!).getAllByRole("row", { hidden: true });
  expect(rows.map((row) => row.textContent)).toEqual([
    expect.stringContaining("Cameras read"),
    expect.stringMatching(/2 Nov 2026.*12975.*50%/),
    expect.stringMatching(/3 Nov 2026.*100%/),
  ]);
});

it("asks for what the address says", async () => {
  const { requests } = open(`/reports?site=${SITE.siteId}&from=2026-03-01&to=2026-03-31&by=week&compare=previous`);
  await waitFor(() => {
    expect(requests[0]).toMatchObject({
      siteIds: [SITE.siteId],
      startDate: "2026-03-01",
      endDate: "2026-03-31",
      granularity: Granularity.WEEK,
      compareStartDate: "2026-01-29",
      compareEndDate: "2026-02-28",
    });
  });
});

it("takes nonsense in the address for the seven days up to today", async () => {
  const { requests } = open("/reports?site=x&from=2026-02-30&to=soon&by=minute&compare=all");
  await waitFor(() => {
    expect(requests[0]).toMatchObject({ siteIds: [], granularity: Granularity.DAY, compareStartDate: "" });
  });
  const [request] = requests;
  expect(Date.parse(request!.endDate) - Date.parse(request!.startDate)).toBe(6 * 86_400_000);
});

it("writes what is chosen to the address", async () => {
  const { router } = open("/reports");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Yesterday" }));
  await screen.findByRole("button", { name: "Yesterday", pressed: true });
  await user.selectOptions(screen.getByLabelText("Compared with"), "year");
  await waitFor(() => {
    const params = new URLSearchParams(router.state.location.search);
    expect([params.get("compare"), params.get("from")]).toEqual(["year", params.get("to")]);
  });
});

it("shows no gender where none is estimated", async () => {
  open("/reports?from=2026-11-02&to=2026-11-03");
  expect(await screen.findByRole("heading", { name: "Days of the week" })).toBeDefined();
  expect(screen.queryByRole("heading", { name: "Apparent gender" })).toBeNull();
});

it("says how it stands to the period before", async () => {
  open("/reports?from=2026-11-02&to=2026-11-03&compare=previous", {
    ...WEEK,
    compared: { total: { ...COUNTS, visits: 10n, staffSightings: 0n }, buckets: [] },
  });
  expect((await screen.findByTestId("before-visits")).textContent).toBe("+20% against 10");
  expect(screen.getByTestId("before-staff").textContent).toBe("0 before");
});

it.each([
  { why: "Nobody was seen on these days", path: "/reports?from=2026-01-01&to=2026-01-02", answer: EMPTY, cameras: 1 },
  { why: "No camera is set up here", path: "/reports?from=2026-01-01&to=2026-01-02", answer: EMPTY, cameras: 0 },
  { why: "These days are still to come", path: "/reports?from=2190-01-01&to=2190-01-02", answer: EMPTY, cameras: 1 },
  {
    why: "The cameras were not read on these days",
    path: "/reports?from=2026-01-01&to=2026-01-02",
    answer: { report: { total: { coverage: 0 } } },
    cameras: 1,
  },
])("says why it is empty: $why", async ({ why, path, answer, cameras }) => {
  open(path, answer, { cameras });
  expect(await screen.findByText(why)).toBeDefined();
});

it("does not ask for days that run backwards", async () => {
  const { requests } = open("/reports?from=2026-01-03&to=2026-01-02");
  expect(await screen.findByText("The first day is after the last one")).toBeDefined();
  expect(requests).toEqual([]);
});

it("says what went wrong and asks again", async () => {
  const { requests } = open("/reports", refusal(Code.NotFound, "SITE_NOT_FOUND"));
  const user = userEvent.setup();
  await user.click(within(await screen.findByRole("alert")).getByRole("button"));
  await waitFor(() => {
    expect(requests.length).toBeGreaterThan(1);
  });
});

it("hands the report to the browser as a file and gives the memory back", async () => {
  const made: Blob[] = [];
  const revoked = vi.fn();
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (blob: Blob) => (made.push(blob), "blob:report"), revokeObjectURL: revoked }));
  const clicked = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const { exports } = open("/reports?from=2026-11-02&to=2026-11-03&by=hour");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Download CSV" }));
  await waitFor(() => {
    expect(revoked).toHaveBeenCalledWith("blob:report");
  });
  expect(clicked).toHaveBeenCalledOnce();
  expect(await made[0]!.text()).toBe("a,b\r\n1,2\r\n");
  expect(exports[0]).toMatchObject({ startDate: "2026-11-02", granularity: Granularity.HOUR, bySite: false });
});
