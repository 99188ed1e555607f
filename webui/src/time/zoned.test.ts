import { describe, expect, it } from "vitest";

import { businessDate, businessDayStart, dateIn, dayStart, knownZone } from "./zoned";

const at = (text: string) => Date.parse(text);
const iso = (instant: number | undefined) => (instant === undefined ? undefined : new Date(instant).toISOString());
const FOUR = 4 * 3600;

describe("businessDayStart", () => {
  it.each([
    ["after it began", "2026-11-22T10:00:00Z", "Europe/Berlin", "2026-11-22T03:00:00.000Z"],
    ["between midnight and its start", "2026-11-22T02:00:00Z", "Europe/Berlin", "2026-11-21T03:00:00.000Z"],
    ["east of UTC", "2026-11-22T20:30:00Z", "Pacific/Auckland", "2026-11-22T15:00:00.000Z"],
    ["west of UTC", "2026-11-22T02:00:00Z", "America/New_York", "2026-11-21T09:00:00.000Z"],
    ["on the day when the clock goes forward", "2026-03-29T10:00:00Z", "Europe/Berlin", "2026-03-29T02:00:00.000Z"],
    ["on the day when the clock goes back", "2026-10-25T10:00:00Z", "Europe/Berlin", "2026-10-25T03:00:00.000Z"],
    ["at the turn of the year", "2027-01-01T01:00:00Z", "Europe/Berlin", "2026-12-31T03:00:00.000Z"],
  ])("%s", (_, now, zone, start) => {
    expect(iso(businessDayStart(at(now), zone, FOUR))).toBe(start);
  });

  it("is never in the future and never more than 25 hours ago", () => {
    for (let now = at("2026-03-27T00:00:00Z"); now < at("2026-03-31T00:00:00Z"); now += 1_799_000) {
      const age = now - businessDayStart(now, "Europe/Berlin", FOUR);
      expect(age, new Date(now).toISOString()).toBeGreaterThanOrEqual(0);
      expect(age, new Date(now).toISOString()).toBeLessThanOrEqual(25 * 3_600_000);
    }
  });
});

describe("businessDate", () => {
  it.each([
    ["in the evening", "2026-11-22T20:00:00Z", "2026-11-22"],
    ["between midnight and the start of the day", "2026-11-22T02:00:00Z", "2026-11-21"],
    // 04:30 by a clock that went forward two and a half hours ago: the day has begun.
    ["after the start, on the day when the clock goes forward", "2026-03-29T02:30:00Z", "2026-03-29"],
    // 03:30 by a clock that went back: four and a half hours after midnight, and before the start.
    ["before the start, on the day when the clock goes back", "2026-10-25T02:30:00Z", "2026-10-24"],
  ])("%s", (_, now, date) => {
    expect(businessDate(at(now), "Europe/Berlin", FOUR)).toBe(date);
  });
});

describe("dayStart", () => {
  it.each([
    ["2026-11-22", "Europe/Berlin", 0, "2026-11-21T23:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", 1, "2026-03-29T22:00:00.000Z"],
    ["2026-12-31", "UTC", 1, "2027-01-01T00:00:00.000Z"],
    ["2026-07-01", "Asia/Kolkata", 0, "2026-06-30T18:30:00.000Z"],
  ])("%s in %s plus %i", (date, zone, plus, start) => {
    expect(iso(dayStart(date, zone, plus))).toBe(start);
  });

  it.each(["", "today", "2026-1-1"])("takes %o for no day", (text) => {
    expect(dayStart(text, "UTC")).toBeUndefined();
  });
});

it("dateIn is the day on the zone's calendar", () => {
  expect(dateIn(at("2026-11-22T23:30:00Z"), "Europe/Berlin")).toBe("2026-11-23");
  expect(dateIn(at("2026-03-01T12:00:00Z"), "UTC", -1)).toBe("2026-02-28");
});

it("an unknown zone is UTC", () => {
  expect(knownZone("Mars/Olympus")).toBe("UTC");
  expect(knownZone("")).toBe("UTC");
  expect(knownZone("Europe/Berlin")).toBe("Europe/Berlin");
});
