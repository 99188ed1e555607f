import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";

import { type Sighting, SightingSchema } from "../../api/gen/footfall/v1/customer_service_pb";
import { uuid } from "../../testing/shop";
import { timelineOf } from "./timeline";

const SITE = uuid("1", 1);
const BERLIN = () => ({ zone: "Europe/Berlin", dayStartSeconds: 4 * 3600 });

function seen(number: number, visit: number | undefined, from: string, seconds = 10, siteId = SITE): Sighting {
  const first = Date.parse(from);
  return create(SightingSchema, {
    trackId: uuid("9", number),
    siteId,
    visitId: visit === undefined ? "" : uuid("3", visit),
    firstSeenTime: timestampFromMs(first),
    lastSeenTime: timestampFromMs(first + seconds * 1000),
  });
}

it("joins what belongs to one visit and tells how long nobody saw the person", () => {
  const days = timelineOf(
    [seen(1, 1, "2026-11-20T10:00:00Z", 30), seen(2, 1, "2026-11-20T10:10:30Z"), seen(3, 1, "2026-11-20T10:10:35Z")],
    BERLIN,
  );
  expect(days).toHaveLength(1);
  const [stay] = days[0]!.stays;
  expect(stay).toMatchObject({ visitId: uuid("3", 1), awayMs: undefined });
  expect(stay!.sightings.map(({ sighting, unseenMs }) => [sighting.trackId, unseenMs])).toEqual([
    [uuid("9", 3), 0],
    [uuid("9", 2), 600_000],
    [uuid("9", 1), undefined],
  ]);
});

it("puts the newest day and visit first, in whatever order sightings come", () => {
  const sightings = [
    seen(1, 1, "2026-11-20T10:00:00Z"),
    seen(2, 2, "2026-11-20T13:00:00Z"),
    seen(3, 3, "2026-11-21T09:00:00Z"),
  ];
  const expected = timelineOf(sightings, BERLIN);
  expect(expected.map(({ date, stays }) => [date, ...stays.map(({ visitId }) => visitId)])).toEqual([
    ["2026-11-21", uuid("3", 3)],
    ["2026-11-20", uuid("3", 2), uuid("3", 1)],
  ]);
  expect(expected[1]!.stays[0]!.awayMs).toBe(3 * 3_600_000 - 10_000);
  expect(timelineOf([sightings[1]!, sightings[2]!, sightings[0]!], BERLIN)).toEqual(expected);
});

it("keeps a visit over midnight whole, on the business day that it began on", () => {
  const days = timelineOf([seen(1, 1, "2026-11-20T22:50:00Z"), seen(2, 1, "2026-11-20T23:10:00Z")], BERLIN);
  expect(days.map(({ date }) => date)).toEqual(["2026-11-20"]);
  expect(timelineOf([seen(1, 1, "2026-11-21T02:30:00Z")], BERLIN)[0]!.date, "before the day begins").toBe("2026-11-20");
  expect(timelineOf([seen(1, 1, "2026-11-21T03:30:00Z")], BERLIN)[0]!.date).toBe("2026-11-21");
});

it("groups staff, who make no visits, by site and day", () => {
  const days = timelineOf(
    [
      seen(1, undefined, "2026-11-20T08:00:00Z"),
      seen(2, undefined, "2026-11-20T16:00:00Z"),
      seen(3, undefined, "2026-11-20T17:00:00Z", 10, uuid("1", 2)),
    ],
    BERLIN,
  );
  expect(days[0]!.stays.map(({ siteId, sightings }) => [siteId, sightings.length])).toEqual([
    [uuid("1", 2), 1],
    [SITE, 2],
  ]);
});

it("nothing is no day", () => {
  expect(timelineOf([], BERLIN)).toEqual([]);
});
