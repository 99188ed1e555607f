import { create } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";

import { StaffSchema } from "../../api/gen/footfall/v1/staff_service_pb";
import { SITE, uuid } from "../../testing/shop";
import { changedPaths, draftOf, staffFaults, staffOf, zoneOf } from "./staffForm";

const ZONE = "Asia/Ho_Chi_Minh";
const MEMBER = create(StaffSchema, {
  staffId: uuid("4", 1),
  displayName: "Ann",
  siteIds: [uuid("1", 1), uuid("1", 2)],
  leaveTime: timestampFromMs(Date.parse("2026-11-03T17:00:00Z")),
  etag: "one",
});

it("counts the last day whole, on the clock of the site", () => {
  const draft = draftOf(MEMBER, ZONE);
  expect(draft.lastDay).toBe("2026-11-03");
  const written = staffOf(draft, ZONE, MEMBER);
  expect(timestampMs(written.leaveTime!), "the midnight that ends it").toBe(Date.parse("2026-11-03T17:00:00Z"));
});

it("counts a day with a change of the clock whole", () => {
  const draft = { ...draftOf(undefined, "Europe/Berlin"), displayName: "Bo", firstDay: "2026-10-25", lastDay: "2026-10-25" };
  const written = staffOf(draft, "Europe/Berlin", undefined);
  expect(timestampMs(written.leaveTime!) - timestampMs(written.joinTime!)).toBe(25 * 3_600_000);
});

it("sends only what differs, whatever the order of sites and spaces around words", () => {
  const draft = draftOf(MEMBER, ZONE);
  expect(changedPaths(draft, { ...draft, displayName: " Ann ", siteIds: [...draft.siteIds].reverse() })).toEqual([]);
  expect(changedPaths(draft, { ...draft, jobTitle: "Cashier", lastDay: "" })).toEqual(["job_title", "leave_time"]);
  expect(staffOf({ ...draft, lastDay: "" }, ZONE, MEMBER).leaveTime, "empty is none").toBeUndefined();
});

it("finds faults before the server does", () => {
  const draft = draftOf(undefined, ZONE);
  expect([...staffFaults(draft).keys()]).toEqual(["displayName"]);
  const faults = staffFaults({ ...draft, displayName: "Ann", email: "ann", firstDay: "2026-02-02", lastDay: "2026-02-01" });
  expect([...faults.keys()]).toEqual(["email", "lastDay"]);
});

it("takes the clock of the first site, else the reader's", () => {
  const hanoi = { ...SITE, siteId: uuid("1", 2), timeZone: ZONE };
  expect(zoneOf([hanoi.siteId, SITE.siteId], [SITE, hanoi])).toBe(ZONE);
  expect(zoneOf([], [hanoi])).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});
