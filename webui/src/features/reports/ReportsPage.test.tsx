import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import {
  Distribution,
  DayOfWeek,
  type ExportVisitorsRequest,
  type GetDwellRequest,
  GetDwellResponseSchema,
  type GetOccupancyRequest,
  GetOccupancyResponseSchema,
  type GetVisitorsRequest,
  GetVisitorsResponseSchema,
  Granularity,
  type ListRestatementsRequest,
  OccupancyMethod,
  OccupancyStep,
  ReportFormat,
  ReportService,
  RestatementCause,
} from "../../api/gen/footfall/v1/report_service_pb";
import { type Site, SiteSchema, SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";

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
const CONTENT_TYPES: Readonly<Record<number, string>> = {
  [ReportFormat.CSV]: "text/csv",
  [ReportFormat.PNG]: "image/png",
  [ReportFormat.PDF]: "application/pdf",
};
const OTHER_SITE = create(SiteSchema, { siteId: uuid("1", 2), displayName: "Old Town Market", timeZone: "UTC" });
const EMPTY: Answer = { report: { total: {} } };

type Changes = Pick<ServiceImpl<typeof ReportService>, "listRestatements">["listRestatements"];

interface Options {
  readonly cameras?: number;
  readonly sites?: Site[];
  readonly changes?: Changes;
  readonly dwell?: MessageInitShape<typeof GetDwellResponseSchema>;
  readonly occupancy?: MessageInitShape<typeof GetOccupancyResponseSchema> | Error;
}

function open(path: string, answer: Answer | Error = WEEK, options: Options = {}) {
  const requests: GetVisitorsRequest[] = [];
  const dwells: GetDwellRequest[] = [];
  const occupancies: GetOccupancyRequest[] = [];
  const exports: ExportVisitorsRequest[] = [];
  const { router } = renderConsole({
    path,
    services: (core) => {
      core.service(SiteService, { listSites: () => ({ sites: options.sites ?? [SITE] }) });
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
        listRestatements: options.changes ?? (() => ({})),
        getDwell: (request) => {
          dwells.push(request);
          return create(GetDwellResponseSchema, options.dwell ?? {});
        },
        getOccupancy: (request) => {
          occupancies.push(request);
          if (options.occupancy instanceof Error) throw options.occupancy;
          return create(GetOccupancyResponseSchema, options.occupancy ?? {});
        },
        exportVisitors: async function* (request) {
          exports.push(request);
          yield { contentType: CONTENT_TYPES[request.format] ?? "", data: new TextEncoder().encode("a,b\r\n") };
          yield { contentType: CONTENT_TYPES[request.format] ?? "", data: new TextEncoder().encode("1,2\r\n") };
        },
      });
    },
  });
  return { requests, dwells, occupancies, exports, router };
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

/** What the browser was handed to save, and under which name. */
function saving() {
  const blobs: Blob[] = [];
  const names: string[] = [];
  const revoked = vi.fn();
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: (blob: Blob) => (blobs.push(blob), "blob:report"), revokeObjectURL: revoked }));
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    names.push(this.download);
  });
  return { blobs, names, revoked };
}

it("hands the report to the browser as a file and gives the memory back", async () => {
  const { blobs, names, revoked } = saving();
  const { exports } = open("/reports?from=2026-11-02&to=2026-11-03&by=hour");
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Download" }));
  await user.click(await screen.findByRole("button", { name: "CSV, for a spreadsheet" }));
  await waitFor(() => {
    expect(revoked).toHaveBeenCalledWith("blob:report");
  });
  expect(names).toEqual(["footfall-2026-11-02-2026-11-03.csv"]);
  expect(await blobs[0]!.text()).toBe("a,b\r\n1,2\r\n");
  expect(exports[0]).toMatchObject({
    startDate: "2026-11-02",
    granularity: Granularity.HOUR,
    bySite: false,
    format: ReportFormat.CSV,
  });
});

it.each([
  { entry: "Picture (PNG)", format: ReportFormat.PNG, bySite: false, ends: "png", type: "image/png" },
  { entry: "PDF, one page", format: ReportFormat.PDF, bySite: false, ends: "pdf", type: "application/pdf" },
  { entry: "CSV, each site for itself", format: ReportFormat.CSV, bySite: true, ends: "csv", type: "text/csv" },
  { entry: "PDF, a page for each site", format: ReportFormat.PDF, bySite: true, ends: "pdf", type: "application/pdf" },
])("downloads $entry", async ({ entry, format, bySite, ends, type }) => {
  const { blobs, names } = saving();
  const { exports } = open("/reports?from=2026-11-02&to=2026-11-03", WEEK, { sites: [SITE, OTHER_SITE] });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Download" }));
  await user.click(await screen.findByRole("button", { name: entry }));
  await waitFor(() => {
    expect(names).toEqual([`footfall-2026-11-02-2026-11-03.${ends}`]);
  });
  expect(blobs[0]!.type).toBe(type);
  expect(exports).toMatchObject([{ format, bySite }]);
});

it("offers a file by site only where there are several", async () => {
  open(`/reports?site=${SITE.siteId}`, WEEK, { sites: [SITE, OTHER_SITE] });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Download" }));
  expect(await screen.findByRole("button", { name: "PDF, one page" })).toBeDefined();
  expect(screen.queryByRole("button", { name: "PDF, a page for each site" })).toBeNull();
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("button", { name: "PDF, one page" })).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "Download" }));
});

async function openChanges(changes: Changes) {
  open("/reports?from=2026-03-02&to=2026-03-08", WEEK, { changes });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Changes to past days" }));
  return { user, sheet: await screen.findByRole("dialog", { name: "Changes to past days" }) };
}

const MERGED = {
  restatementId: "r1",
  siteId: SITE.siteId,
  day: "2026-03-03",
  before: { visits: 12n, uniqueVisitors: 9n, staffSightings: 4n },
  after: { visits: 9n, uniqueVisitors: 10n, staffSightings: 4n },
  causes: [RestatementCause.MERGE, RestatementCause.ERASURE],
  changeTime: timestampFromMs(Date.parse("2026-03-09T10:00:00Z")),
};

it("tells in words which past days changed, by how much and why, page by page", async () => {
  const asked: ListRestatementsRequest[] = [];
  const { user, sheet } = await openChanges((request) => {
    asked.push(request);
    return request.pageToken === ""
      ? { restatements: [MERGED], nextPageToken: "more" }
      : { restatements: [{ ...MERGED, restatementId: "r2", siteId: "gone", causes: [RestatementCause.LATE_EVENT] }] };
  });
  const [first] = await within(sheet).findAllByTestId("past-change");
  expect(within(first!).getByRole("heading").textContent).toBe(`Tue, 3 Mar 2026, ${SITE.displayName}`);
  expect(within(first!).getAllByRole("listitem").map((line) => line.textContent)).toEqual([
    "Visits: \u22123 (12 → 9)",
    "Unique visitors: +1 (9 → 10)",
  ]);
  expect(first!.textContent).toContain("Visitors turned out to be one person. Somebody was erased. Changed ");
  await user.click(within(sheet).getByRole("button", { name: "Older changes" }));
  await waitFor(() => {
    expect(within(sheet).getAllByTestId("past-change")).toHaveLength(2);
  });
  expect(sheet.textContent).toContain("a site that was closed");
  expect(sheet.textContent).toContain("Something that a camera saw arrived late.");
  expect(within(sheet).queryByRole("button", { name: "Older changes" })).toBeNull();
  expect(asked.map(({ startDate, endDate, pageToken }) => [startDate, endDate, pageToken])).toEqual([
    ["2026-03-02", "2026-03-08", ""],
    ["2026-03-02", "2026-03-08", "more"],
  ]);
  await user.click(within(sheet).getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("says so when no past day changed", async () => {
  const { sheet } = await openChanges(() => ({}));
  expect(await within(sheet).findByText("No past day has changed")).toBeDefined();
});

it("says what went wrong with the changes and asks again", async () => {
  let calls = 0;
  const { user, sheet } = await openChanges(() => {
    if ((calls += 1) === 1) throw refusal(Code.NotFound, "SITE_NOT_FOUND");
    return { restatements: [MERGED] };
  });
  await user.click(within(await within(sheet).findByRole("alert")).getByRole("button"));
  expect(await within(sheet).findByTestId("past-change")).toBeDefined();
});

const DAYS = "/reports?from=2026-11-02&to=2026-11-03";

/** The chart of a name, once it is read, and its table. */
async function tableOf(name: string) {
  return waitFor(() => {
    const card = within(screen.getAllByRole("region", { name })[0]!);
    const rows = card.getAllByRole("row", { hidden: true });
    return { card, rows: rows.map((row) => row.textContent) };
  });
}

it("says within which range the numbers are, and where that comes from", async () => {
  const ranges = { visitsLow: 10n, visitsHigh: 13n, uniqueVisitorsLow: 7n, uniqueVisitorsHigh: 11n };
  open(DAYS, {
    ...WEEK,
    accuracy: {
      people: 412n,
      splitRate: 0.0412,
      mergeRate: 0.003,
      measureTime: timestampFromDate(new Date("2026-10-05T12:00:00Z")),
    },
    report: {
      period: { startDate: "2026-11-02", endDate: "2026-11-02" },
      buckets: [{ startDate: "2026-11-02", endDate: "2026-11-02", counts: { ...COUNTS, ...ranges } }],
      total: { ...COUNTS, ...ranges },
    },
  });
  expect((await screen.findByTestId("range-unique")).textContent).toBe("within 7 – 11");
  expect(screen.getByTestId("range-visits").textContent).toBe("within 10 – 13");
  expect(screen.queryByTestId("range-staff")).toBeNull();
  expect(screen.getByTestId("accuracy").textContent).toMatch(/5 Oct 2026 over 412 people: at most 4.1% .* and 0.3%/);
  const { rows } = await tableOf("Visits over time");
  expect(rows[0]).toContain("Unique visitors, from – to");
  expect(rows[1]).toMatch(/1297 – 1175/);
});

it("says that nothing was measured, or too little", async () => {
  open(DAYS);
  expect((await screen.findByTestId("accuracy")).textContent).toContain("was not measured");
  expect(screen.queryByTestId("range-unique")).toBeNull();
});

it("draws no range from a calibration of too few", async () => {
  open(DAYS, { ...WEEK, accuracy: { people: 20n, splitRate: 0.7 } });
  expect((await screen.findByTestId("accuracy")).textContent).toContain("20 people, which is too few");
});

it("begins weeks where the tenant has settled", async () => {
  open("/reports?from=2026-11-02&to=2026-12-03&by=week", { ...WEEK, weekStart: DayOfWeek.SUNDAY });
  expect((await screen.findByTestId("week-start")).textContent).toBe("Weeks begin on Sunday.");
});

it("tells how long visitors stay, and of how many that is not known", async () => {
  const dwell = { visits: 10n, measuredVisits: 6n, seenOnceVisits: 4n, seenOnceShare: 0.4 };
  const lasted = { p25Seconds: 240, medianSeconds: 720, p75Seconds: 1500, p90Seconds: 3900 };
  const { dwells } = open(`${DAYS}&by=day&site=${SITE.siteId}`, WEEK, {
    dwell: {
      period: { startDate: "2026-11-02", endDate: "2026-11-03" },
      buckets: [
        { startDate: "2026-11-02", endDate: "2026-11-02", dwell: { ...dwell, ...lasted, coverage: 0.5 } },
        { startDate: "2026-11-03", endDate: "2026-11-03", dwell: {} },
      ],
      total: { ...dwell, ...lasted },
    },
  });
  const { card, rows } = await tableOf("How long visitors stay");
  expect(card.getByText(/Half of the visits last 12 min or longer\. It is a lower bound.*seen once \(40%\)/)).toBeDefined();
  expect(rows[1]).toMatch(/2 Nov 2026.*12 min4 min25 min1 h 5 min64$/);
  expect(rows[2]).toMatch(/3 Nov 2026––––00$/);
  expect(dwells[0]).toMatchObject({ siteIds: [SITE.siteId], startDate: "2026-11-02", granularity: Granularity.DAY });
});

it.each([
  { dwell: { total: { visits: 3n, seenOnceVisits: 3n } }, said: /seen once, by one camera/ },
  { dwell: { total: {} }, said: /Nobody was seen/ },
])("says why nothing is known of how long: $said", async ({ dwell, said }) => {
  open(DAYS, WEEK, { dwell });
  expect(await screen.findByText(said)).toBeDefined();
});

const ONE_DAY = "/reports?from=2026-01-12&to=2026-01-12";
const PRESENCE = {
  timeZone: "Europe/Berlin",
  method: OccupancyMethod.VISITS_AND_LINE,
  days: [
    {
      date: "2026-01-12",
      peak: 7n,
      peakTime: timestampFromDate(new Date("2026-01-12T11:20:00Z")),
      visits: 40n,
      seenOnceVisits: 12n,
      entered: 30n,
      left: 21n,
    },
  ],
  points: [
    {
      startTime: timestampFromDate(new Date("2026-01-12T11:00:00Z")),
      present: 3.25,
      peak: 7n,
      entered: 5n,
      left: 1n,
      linePresent: 9n,
      coverage: 0.5,
    },
  ],
};

it("tells how many are in the only shop, with what that leaves out", async () => {
  const { occupancies } = open(ONE_DAY, WEEK, { occupancy: PRESENCE });
  const { card, rows } = await tableOf("How many are in the shop");
  expect(card.getByText(/12 of 40 visits were seen once/)).toBeDefined();
  expect(card.getByText(/At most 7 at once, 12 Jan 2026, 12:20/)).toBeDefined();
  expect(card.getByText(/30 came and 21 went/)).toBeDefined();
  expect(rows[1]).toMatch(/12 Jan 2026, 12:00.*3\.3.*7519.*50%/);
  expect(occupancies[0]).toMatchObject({ siteId: SITE.siteId, startDate: "2026-01-12", step: OccupancyStep.QUARTER_HOUR });
});

it("looks at the last seven days of a long period, by the hour", async () => {
  const { occupancies } = open("/reports?from=2026-01-01&to=2026-01-31", WEEK, { occupancy: PRESENCE });
  await waitFor(() => {
    expect(occupancies[0]).toMatchObject({ startDate: "2026-01-25", endDate: "2026-01-31", step: OccupancyStep.HOUR });
  });
});

it("asks for one site where there are several", async () => {
  const { occupancies } = open(DAYS, WEEK, { sites: [SITE, { ...SITE, siteId: "00000000-0000-7000-0001-000000000002" }] });
  expect(await screen.findByText(/Choose one site/)).toBeDefined();
  expect(occupancies).toEqual([]);
});

it("says that nobody was in the shop", async () => {
  open(ONE_DAY, WEEK, { occupancy: { days: [{ date: "2026-01-12" }] } });
  expect(await screen.findByText(/12 Jan 2026: nobody was seen/)).toBeDefined();
});

it("says what went wrong with one chart, in its place", async () => {
  const { occupancies } = open(ONE_DAY, WEEK, { occupancy: refusal(Code.NotFound, "SITE_NOT_FOUND") });
  const user = userEvent.setup();
  await user.click(within(await screen.findByRole("alert")).getByRole("button"));
  await waitFor(() => {
    expect(occupancies.length).toBeGreaterThan(1);
  });
  expect(screen.getByTestId("number-visits").textContent).toBe("12");
});
