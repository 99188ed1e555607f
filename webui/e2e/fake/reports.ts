import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";

import {
  DayOfWeek,
  Distribution,
  Granularity,
  type GetVisitorsRequest,
  OccupancyMethod,
  OccupancyStep,
  ReportFormat,
  type ReportService,
  RestatementCause,
} from "../../src/api/gen/footfall/v1/report_service_pb";
import { id, SITES } from "./data";

const DAY_MS = 86_400_000;

/** How busy an hour of the clock is, from four in the morning on, as parts of the busiest. */
const HOURS = [0, 0, 0, 0, 2, 5, 6, 7, 9, 8, 6, 7, 8, 10, 9, 6, 3, 0, 0, 0, 0, 0, 0, 0];

function days(from: string, to: string): string[] {
  const found: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) found.push(new Date(at).toISOString().slice(0, 10));
  return found;
}

/** The same day always has the same visits. */
function busy(day: string, salt = 0): number {
  const date = new Date(day);
  const weekend = [0, 6].includes(date.getUTCDay()) ? 1.5 : 1;
  return Math.round((34 + ((date.getUTCDate() * 7 + salt) % 17)) * weekend);
}

function counts(visits: number, coverage?: number) {
  const fresh = Math.round(visits * 0.62);
  return {
    visits: BigInt(visits),
    uniqueVisitors: BigInt(Math.round(visits * 0.84)),
    newVisits: BigInt(fresh),
    repeatVisits: BigInt(visits - fresh),
    staffSightings: BigInt(Math.round(visits * 0.3)),
    unidentifiableSightings: BigInt(Math.round(visits * 0.07)),
    visitsLow: BigInt(Math.floor(visits * 0.91)),
    visitsHigh: BigInt(Math.ceil(visits * 1.03)),
    uniqueVisitorsLow: BigInt(Math.floor(visits * 0.76)),
    uniqueVisitorsHigh: BigInt(Math.ceil(visits * 0.87)),
    ...(coverage === undefined ? {} : { coverage }),
  };
}

/** On Wednesdays the cameras of the fake shops are down for a while. */
function coverageOf(day: string): number {
  return new Date(day).getUTCDay() === 3 ? 0.62 : 1;
}

function report(from: string, to: string, granularity: Granularity, salt: number) {
  const all = days(from, to);
  const visits = all.reduce((sum, day) => sum + busy(day, salt), 0);
  const coverage = all.reduce((sum, day) => sum + coverageOf(day), 0) / all.length;
  const buckets =
    granularity === Granularity.HOUR
      ? all.flatMap((day) =>
          HOURS.map((part, at) => ({
            startDate: day,
            endDate: day,
            hour: (at + 4) % 24,
            counts: counts(Math.round((busy(day, salt) * part) / 86), coverageOf(day) < 1 && at > 8 && at < 14 ? 0.1 : 1),
          })),
        )
      : all.map((day) => ({ startDate: day, endDate: day, counts: counts(busy(day, salt), coverageOf(day)) }));
  return {
    period: { startDate: from, endDate: to },
    buckets,
    total: {
      ...counts(visits, coverage),
      uniqueVisitors: BigInt(Math.round(visits * 0.55)),
      uniqueVisitorsLow: BigInt(Math.floor(visits * 0.48)),
      uniqueVisitorsHigh: BigInt(Math.ceil(visits * 0.57)),
    },
  };
}

/** One clear pixel. */
const EMPTY_PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);
/** What readers repair into a document without pages. */
const EMPTY_DOCUMENT = Buffer.from("%PDF-1.4\ntrailer<</Root<</Pages<</Kids[]/Count 0>>>>>>\n");

/** A third of the visits was seen once; the others are longer on busy days. */
function dwell(visits: number, coverage: number) {
  const once = Math.round(visits / 3);
  const median = 480 + visits * 6;
  return {
    visits: BigInt(visits),
    measuredVisits: BigInt(visits - once),
    seenOnceVisits: BigInt(once),
    ...(visits === 0
      ? {}
      : { seenOnceShare: once / visits, p25Seconds: median * 0.45, medianSeconds: median, p75Seconds: median * 1.7, p90Seconds: median * 2.6 }),
    coverage,
  };
}

/** The hours of a day, on a clock that is always one hour ahead of UTC. */
function presence(day: string, step: OccupancyStep) {
  const minutes = step === OccupancyStep.HOUR ? 60 : 15;
  const begin = Date.parse(`${day}T03:00:00Z`);
  return Array.from({ length: (24 * 60) / minutes }, (_, at) => {
    const hour = Math.floor((at * minutes) / 60);
    const present = ((busy(day) * (HOURS[hour] ?? 0)) / 86) * (0.3 + 0.1 * Math.sin(at));
    return {
      startTime: timestampFromMs(begin + at * minutes * 60_000),
      endTime: timestampFromMs(begin + (at + 1) * minutes * 60_000),
      present,
      peak: BigInt(Math.ceil(present * 1.6)),
      coverage: coverageOf(day) < 1 && hour > 8 && hour < 14 ? 0.1 : 1,
    };
  });
}

/** Reports of shops that never were. Before 2026 nobody came. */
export function reports(): ServiceImpl<typeof ReportService> {
  return {
    getVisitors: (request: GetVisitorsRequest) => {
      const nobody = request.startDate < "2026-01-01";
      const compares = request.compareStartDate !== "";
      return {
        timeZones: ["Europe/Berlin"],
        weekStart: DayOfWeek.MONDAY,
        accuracy: {
          modelId: "fr-mobilefacenet-512",
          measureTime: timestampFromMs(Date.parse("2026-10-05T09:00:00Z")),
          people: 412n,
          gallerySize: 1840n,
          splitRate: 0.041,
          mergeRate: 0.006,
          passagesPerVisit: 2.1,
        },
        report: nobody
          ? { period: { startDate: request.startDate, endDate: request.endDate }, total: {} }
          : report(request.startDate, request.endDate, request.granularity, 0),
        ...(compares
          ? { compared: report(request.compareStartDate, request.compareEndDate, request.granularity, 5) }
          : {}),
      };
    },
    getDistribution: ({ startDate, endDate, distribution }) => {
      const all = days(startDate, endDate);
      const visits = all.reduce((sum, day) => sum + busy(day), 0);
      const part = (key: string, share: number) => ({
        key,
        visits: BigInt(Math.round(visits * share)),
        uniqueVisitors: BigInt(Math.round(visits * share * 0.8)),
      });
      if (distribution === Distribution.GENDER) {
        return { distribution, slices: [part("female", 0.46), part("male", 0.38), part("unknown", 0.11), part("not_estimated", 0.05)] };
      }
      if (distribution === Distribution.NEW_VS_REPEAT) return { distribution, slices: [part("new", 0.62), part("repeat", 0.38)] };
      const names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
      return {
        distribution,
        slices: names.map((key, at) => {
          const such = all.filter((day) => (new Date(day).getUTCDay() + 6) % 7 === at);
          const sum = such.reduce((total, day) => total + busy(day), 0);
          const average = { days: such.length, daysLeftOut: 0, visits: sum / such.length, uniqueVisitors: (sum / such.length) * 0.84 };
          return { key, visits: BigInt(sum), uniqueVisitors: BigInt(Math.round(sum * 0.6)), ...(such.length > 0 ? { average } : {}) };
        }),
      };
    },
    listRestatements: ({ startDate, endDate }) => ({
      restatements: days(startDate, endDate)
        .filter((day) => day >= "2026-01-01")
        .slice(0, 2)
        .map((day, at) => {
          const before = { visits: BigInt(busy(day)), uniqueVisitors: BigInt(busy(day) - 4), newVisits: 9n, newVisitsHere: 9n };
          return {
            restatementId: id(9, at + 1),
            siteId: SITES[at]!.siteId,
            day,
            before,
            after: { ...before, visits: before.visits - 3n, uniqueVisitors: before.uniqueVisitors - 2n },
            causes: [at === 0 ? RestatementCause.MERGE : RestatementCause.LATE_EVENT],
            changeTime: timestampFromMs(Date.parse(day) + 3 * DAY_MS),
          };
        }),
    }),
    getDwell: ({ startDate, endDate, granularity }) => {
      const all = days(startDate, endDate);
      const buckets =
        granularity === Granularity.HOUR
          ? all.flatMap((day) =>
              HOURS.map((part, at) => ({
                startDate: day,
                endDate: day,
                hour: (at + 4) % 24,
                dwell: dwell(Math.round((busy(day) * part) / 86), coverageOf(day)),
              })),
            )
          : all.map((day) => ({ startDate: day, endDate: day, dwell: dwell(busy(day), coverageOf(day)) }));
      return {
        period: { startDate, endDate },
        timeZones: ["Europe/Berlin"],
        weekStart: DayOfWeek.MONDAY,
        buckets,
        total: dwell(Math.round(all.reduce((sum, day) => sum + busy(day), 0) / all.length), 1),
      };
    },
    getOccupancy: ({ startDate, endDate, step }) => {
      const all = days(startDate, endDate);
      return {
        period: { startDate, endDate },
        timeZone: "Europe/Berlin",
        method: OccupancyMethod.VISITS,
        points: all.flatMap((day) => presence(day, step)),
        days: all.map((day) => {
          const points = presence(day, step);
          const busiest = points.reduce((most, point) => (point.peak > most.peak ? point : most));
          const visits = busy(day);
          return {
            date: day,
            peak: busiest.peak,
            peakTime: busiest.startTime,
            visits: BigInt(visits),
            seenOnceVisits: BigInt(Math.round(visits / 3)),
            coverage: coverageOf(day),
          };
        }),
      };
    },
    exportVisitors: async function* ({ startDate, endDate, format }) {
      if (format === ReportFormat.PNG) {
        yield { contentType: "image/png", data: EMPTY_PICTURE };
        return;
      }
      if (format === ReportFormat.PDF) {
        yield { contentType: "application/pdf", data: EMPTY_DOCUMENT };
        return;
      }
      yield { contentType: "text/csv; charset=utf-8", data: new TextEncoder().encode("start_date,visits\r\n") };
      for (const day of days(startDate, endDate)) {
        yield { contentType: "text/csv; charset=utf-8", data: new TextEncoder().encode(`${day},${busy(day)}\r\n`) };
      }
    },
  };
}
