import { expect, it } from "vitest";

import { compared, fits, isDay, lastDays, lengthOf, monthStart, naturalStep, presets } from "./period";

it("knows days of the calendar", () => {
  expect(["2024-02-29", "2026-12-31"].every(isDay)).toBe(true);
  expect(["2026-02-29", "2026-13-01", "2026-1-1", "", "today"].some(isDay)).toBe(false);
});

it("has the periods that people ask for", () => {
  const found = Object.fromEntries(presets("2026-03-01").map(({ key, period }) => [key, `${period.from} ${period.to}`]));
  expect(found).toEqual({
    today: "2026-03-01 2026-03-01",
    yesterday: "2026-02-28 2026-02-28",
    days7: "2026-02-23 2026-03-01",
    days28: "2026-02-02 2026-03-01",
    thisMonth: "2026-03-01 2026-03-01",
    lastMonth: "2026-02-01 2026-02-28",
    months12: "2025-04-01 2026-03-01",
  });
  expect(monthStart("2026-01-31", -1)).toBe("2025-12-01");
});

it("sets weekdays beside weekdays", () => {
  const period = { from: "2026-03-02", to: "2026-03-08" };
  expect(lengthOf(period)).toBe(7);
  expect(compared(period, "previous")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
  expect(compared(period, "year")).toEqual({ from: "2025-03-03", to: "2025-03-09" });
  expect(compared(period, "")).toBeUndefined();
});

it("counts in steps that the server takes and a screen shows", () => {
  const days = (count: number) => ({ from: "2026-01-01", to: new Date(Date.UTC(2026, 0, count)).toISOString().slice(0, 10) });
  expect([1, 3, 63, 500].map((count) => naturalStep(days(count)))).toEqual(["hour", "day", "week", "month"]);
  expect([fits(days(41), "hour"), fits(days(42), "hour"), fits(days(1001), "day"), fits(days(1001), "week")]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

it("looks at the last days that have begun", () => {
  const march = { from: "2026-03-01", to: "2026-03-31" };
  expect(lastDays(march, "2026-05-01", 7)).toEqual({ from: "2026-03-25", to: "2026-03-31" });
  expect(lastDays(march, "2026-03-03", 7)).toEqual({ from: "2026-03-01", to: "2026-03-03" });
  expect(lastDays(march, "2026-03-01", 7)).toEqual({ from: "2026-03-01", to: "2026-03-01" });
  expect(lastDays(march, "2026-02-28", 7)).toBeUndefined();
});
