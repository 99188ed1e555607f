import { Area, Bar, CartesianGrid, ComposedChart, ErrorBar, Line, Tooltip, XAxis, YAxis } from "recharts";

import type { VisitorCounts, VisitorsBucket, VisitorsReport } from "../../../api/gen/footfall/v1/report_service_pb";
import { count, fullLabel, percent, periodLabel, shortLabel, uniqueRange } from "../labels";
import type { Period, Step } from "../period";
import { t } from "../texts";
import { ChartCard, type ChartColumn, type LegendEntry } from "./ChartCard";
import { ChartTip } from "./ChartTip";
import { INK } from "./ink";

/** Less than this share is shown as a gap. A worker that starts anew misses seconds, which nobody has to look at. */
export const GAP_BELOW = 0.95;

export interface TimePoint {
  readonly key: string;
  readonly label: string;
  readonly name: string;
  readonly fresh: number;
  readonly repeat: number;
  readonly unique: number;
  /** How far below and above the unique visitors may have been, where errors were measured. */
  readonly uniqueError: [number, number] | undefined;
  /** The same as a range in words, "" without. */
  readonly uniqueRange: string;
  readonly before: number | undefined;
  readonly coverage: number | undefined;
  /** 1 where the background is shaded, over the whole height. */
  readonly gap: 0 | 1;
  readonly bucket: VisitorsBucket;
}

/** The buckets of a report as a chart has them; those of another period stand beside them by their place. */
export function timePoints(report: VisitorsReport, beside: VisitorsReport | undefined, step: Step): TimePoint[] {
  const manyDays = report.period?.startDate !== report.period?.endDate;
  return report.buckets.map((bucket, at) => {
    const { counts } = bucket;
    const coverage = counts?.coverage;
    const other = beside?.buckets[at]?.counts?.visits;
    return {
      key: `${bucket.startDate} ${bucket.hour ?? ""} ${bucket.isRepeatedHour}`,
      label: shortLabel(bucket, step, manyDays),
      name: fullLabel(bucket, step),
      fresh: Number(counts?.newVisits ?? 0n),
      repeat: Number(counts?.repeatVisits ?? 0n),
      unique: Number(counts?.uniqueVisitors ?? 0n),
      uniqueError: errorOf(counts),
      uniqueRange: counts ? uniqueRange(counts) : "",
      before: other === undefined ? undefined : Number(other),
      coverage,
      gap: coverage !== undefined && coverage < GAP_BELOW ? 1 : 0,
      bucket,
    };
  });
}

function errorOf(counts: VisitorCounts | undefined): [number, number] | undefined {
  if (counts?.uniqueVisitorsLow === undefined || counts.uniqueVisitorsHigh === undefined) return undefined;
  return [Number(counts.uniqueVisitors - counts.uniqueVisitorsLow), Number(counts.uniqueVisitorsHigh - counts.uniqueVisitors)];
}

/** Visits, new and repeat, with the unique visitors who made them, and where the cameras were not read. */
export function TimeChart(props: {
  report: VisitorsReport;
  beside: VisitorsReport | undefined;
  besidePeriod: Period | undefined;
  step: Step;
}) {
  const { report, beside, besidePeriod, step } = props;
  const points = timePoints(report, beside, step);
  const labels = new Map(points.map(({ key, label }) => [key, label]));
  const hasGap = points.some(({ gap }) => gap === 1);
  const hasRange = points.some(({ uniqueRange: range }) => range !== "");
  const beforeLabel = besidePeriod === undefined ? "" : t("beforeVisits", { period: periodLabel(besidePeriod) });
  const legend: LegendEntry[] = [
    { key: "fresh", label: t("fresh"), colour: INK.fresh, shape: "bar" },
    { key: "repeat", label: t("repeat"), colour: INK.repeat, shape: "bar" },
    { key: "unique", label: t("unique"), colour: INK.unique, shape: "line" },
  ];
  if (beside) legend.push({ key: "before", label: beforeLabel, colour: INK.before, shape: "dashes" });
  if (hasGap) legend.push({ key: "gap", label: t("gap"), colour: INK.gap, shape: "bar" });
  return (
    <ChartCard
      title={t("overTime")}
      note={hasRange ? `${t("overTimeNote")} ${t("rangeNote")}` : t("overTimeNote")}
      height={280}
      legend={legend}
      columns={columns({
        before: beside === undefined ? undefined : beforeLabel,
        covers: points.some(({ coverage }) => coverage !== undefined),
        ranges: hasRange,
      })}
      rows={points}
      rowKey={({ key }) => key}
      chart={
        <ComposedChart data={points} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid {...INK.grid} />
          <XAxis dataKey="key" tickFormatter={(key: string) => labels.get(key) ?? ""} {...INK.axis} tickLine={false} minTickGap={16} />
          <YAxis {...INK.axis} axisLine={false} tickLine={false} allowDecimals={false} width={40} tickFormatter={count} />
          <YAxis yAxisId="gap" hide domain={[0, 1]} />
          <Tooltip
            cursor={INK.cursor}
            isAnimationActive={false}
            content={({ active, label }) => {
              const point = points.find(({ key }) => key === label);
              if (!active || !point) return null;
              return (
                <ChartTip
                  title={point.name}
                  lines={[
                    { key: "fresh", label: t("fresh"), value: count(point.fresh), colour: INK.fresh },
                    { key: "repeat", label: t("repeat"), value: count(point.repeat), colour: INK.repeat },
                    { key: "unique", label: t("unique"), value: count(point.unique), colour: INK.unique },
                    ...(point.uniqueRange === ""
                      ? []
                      : [{ key: "range", label: t("uniqueRange"), value: point.uniqueRange, colour: INK.unique }]),
                    ...(point.before === undefined
                      ? []
                      : [{ key: "before", label: beforeLabel, value: count(point.before), colour: INK.before }]),
                  ]}
                  note={point.coverage === undefined ? undefined : t("coverage", { share: percent(point.coverage) })}
                />
              );
            }}
          />
          {hasGap && (
            <Area yAxisId="gap" dataKey="gap" type="step" stroke="none" fill={INK.gap} fillOpacity={1} isAnimationActive={false} />
          )}
          <Bar dataKey="fresh" stackId="visits" fill={INK.fresh} isAnimationActive={false} maxBarSize={48} />
          <Bar dataKey="repeat" stackId="visits" fill={INK.repeat} isAnimationActive={false} maxBarSize={48} radius={[3, 3, 0, 0]} />
          {beside && (
            <Line dataKey="before" stroke={INK.before} strokeWidth={2} strokeDasharray="5 4" dot={false} isAnimationActive={false} />
          )}
          <Line dataKey="unique" stroke={INK.unique} strokeWidth={2} dot={points.length < 3} isAnimationActive={false}>
            {hasRange && (
              <ErrorBar dataKey="uniqueError" direction="y" width={4} stroke={INK.unique} strokeWidth={1.5} isAnimationActive={false} />
            )}
          </Line>
        </ComposedChart>
      }
    />
  );
}

function columns(has: { before: string | undefined; covers: boolean; ranges: boolean }): ChartColumn<TimePoint>[] {
  const { before: beforeLabel, covers, ranges } = has;
  return [
    { key: "time", title: t("time"), cell: ({ name }) => name },
    { key: "visits", title: t("visits"), cell: ({ bucket }) => count(bucket.counts?.visits ?? 0n) },
    { key: "unique", title: t("unique"), cell: ({ unique }) => count(unique) },
    ...(ranges ? [{ key: "range", title: t("uniqueRange"), cell: ({ uniqueRange: range }: TimePoint) => (range === "" ? "–" : range) }] : []),
    { key: "fresh", title: t("fresh"), cell: ({ fresh }) => count(fresh) },
    { key: "repeat", title: t("repeat"), cell: ({ repeat }) => count(repeat) },
    { key: "staff", title: t("staff"), cell: ({ bucket }) => count(bucket.counts?.staffSightings ?? 0n) },
    {
      key: "unidentifiable",
      title: t("unidentifiable"),
      cell: ({ bucket }) => count(bucket.counts?.unidentifiableSightings ?? 0n),
    },
    ...(beforeLabel === undefined
      ? []
      : [{ key: "before", title: beforeLabel, cell: ({ before }: TimePoint) => (before === undefined ? "–" : count(before)) }]),
    ...(covers
      ? [{ key: "covered", title: t("covered"), cell: ({ coverage }: TimePoint) => (coverage === undefined ? "–" : percent(coverage)) }]
      : []),
  ];
}
