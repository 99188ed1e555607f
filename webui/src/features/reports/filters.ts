import type { MessageInitShape } from "@bufbuild/protobuf";

import { type GetVisitorsRequestSchema, Granularity } from "../../api/gen/footfall/v1/report_service_pb";
import { addressOf, idIn, oneIn } from "../../components/addressFilters";
import { type Comparison, compared, fits, isDay, naturalStep, type Period, presets, type Step, STEPS } from "./period";

/** What the address of the page says. `step` is "" where the period decides. */
export interface ReportFilters {
  readonly site: string;
  readonly period: Period;
  readonly step: Step | "";
  readonly compare: Comparison;
}

const GRANULARITIES: Readonly<Record<Step, Granularity>> = {
  hour: Granularity.HOUR,
  day: Granularity.DAY,
  week: Granularity.WEEK,
  month: Granularity.MONTH,
};

const COMPARISONS = ["previous", "year"] as const;

/** The seven days up to today. */
export function usualPeriod(today: string): Period {
  return presets(today).find(({ key }) => key === "days7")?.period ?? { from: today, to: today };
}

/** Reads filters from an address; what makes no sense there is no filter. */
export function readFilters(params: URLSearchParams, today: string): ReportFilters {
  const from = params.get("from") ?? "";
  const to = params.get("to") ?? "";
  return {
    site: idIn(params, "site"),
    period: isDay(from) && isDay(to) ? { from, to } : usualPeriod(today),
    step: oneIn(params, "by", STEPS),
    compare: oneIn(params, "compare", COMPARISONS),
  };
}

export function writeFilters({ site, period, step, compare }: ReportFilters): URLSearchParams {
  return addressOf({ site, from: period.from, to: period.to, by: step, compare });
}

/** The steps that are counted in: those asked for, unless there would be too many of them. */
export function stepOf({ step, period }: ReportFilters): Step {
  return step !== "" && fits(period, step) ? step : naturalStep(period);
}

export function granularityOf(filters: ReportFilters): Granularity {
  return GRANULARITIES[stepOf(filters)];
}

export function siteIdsOf({ site }: ReportFilters): string[] {
  return site === "" ? [] : [site];
}

export function toRequest(filters: ReportFilters): MessageInitShape<typeof GetVisitorsRequestSchema> {
  const beside = compared(filters.period, filters.compare);
  return {
    siteIds: siteIdsOf(filters),
    startDate: filters.period.from,
    endDate: filters.period.to,
    granularity: granularityOf(filters),
    ...(beside === undefined ? {} : { compareStartDate: beside.from, compareEndDate: beside.to }),
  };
}
