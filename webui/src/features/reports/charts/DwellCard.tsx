import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { Area, Bar, CartesianGrid, ComposedChart, ErrorBar, Tooltip, XAxis, YAxis } from "recharts";

import { type Dwell, type DwellBucket, type GetDwellResponse, ReportService } from "../../../api/gen/footfall/v1/report_service_pb";
import { span } from "../../../time/format";
import { granularityOf, type ReportFilters, siteIdsOf, stepOf } from "../filters";
import { count, fullLabel, percent, shortLabel } from "../labels";
import type { Step } from "../period";
import { t } from "../texts";
import { ChartCard, type LegendEntry } from "./ChartCard";
import { ChartFrame } from "./ChartFrame";
import { ChartTip } from "./ChartTip";
import { INK } from "./ink";
import { GAP_BELOW } from "./TimeChart";

interface DwellPoint {
  readonly key: string;
  readonly label: string;
  readonly name: string;
  /** Minutes, as the axis has them. */
  readonly median: number | undefined;
  /** How far the middle half of the visits goes below the median and above it, in minutes. */
  readonly spread: [number, number] | undefined;
  readonly dwell: Dwell | undefined;
  readonly gap: 0 | 1;
}

/** The buckets of an answer as a chart has them. */
export function dwellPoints(buckets: readonly DwellBucket[], step: Step, manyDays: boolean): DwellPoint[] {
  return buckets.map((bucket) => {
    const { dwell } = bucket;
    const [low, median, high] = [dwell?.p25Seconds, dwell?.medianSeconds, dwell?.p75Seconds];
    const known = median !== undefined && low !== undefined && high !== undefined;
    return {
      key: `${bucket.startDate} ${bucket.hour ?? ""} ${bucket.isRepeatedHour}`,
      label: shortLabel(bucket, step, manyDays),
      name: fullLabel(bucket, step),
      median: known ? median / 60 : undefined,
      spread: known ? [(median - low) / 60, (high - median) / 60] : undefined,
      dwell,
      gap: dwell?.coverage !== undefined && dwell.coverage < GAP_BELOW ? 1 : 0,
    };
  });
}

/** How long visitors stayed, at least: it reads for itself, so that the rest of the page does not wait for it. */
export function DwellCard({ filters }: { filters: ReportFilters }) {
  const request = {
    siteIds: siteIdsOf(filters),
    startDate: filters.period.from,
    endDate: filters.period.to,
    granularity: granularityOf(filters),
  };
  const dwell = useQuery(ReportService.method.getDwell, request, { placeholderData: keepPreviousData });
  if (dwell.error || !dwell.data) {
    return <ChartFrame title={t("dwell")} error={dwell.error} onRetry={() => void dwell.refetch()} />;
  }
  return <DwellChart answer={dwell.data} step={stepOf(filters)} />;
}

function DwellChart({ answer, step }: { answer: GetDwellResponse; step: Step }) {
  const { total } = answer;
  if (total?.medianSeconds === undefined) {
    return (
      <ChartFrame title={t("dwell")}>
        <p className="mt-1 text-quiet">{total && total.visits > 0n ? t("dwellSeenOnce") : t("dwellNobody")}</p>
      </ChartFrame>
    );
  }
  const points = dwellPoints(answer.buckets, step, answer.period?.startDate !== answer.period?.endDate);
  const labels = new Map(points.map(({ key, label }) => [key, label]));
  const hasGap = points.some(({ gap }) => gap === 1);
  const legend: LegendEntry[] = [
    { key: "median", label: t("dwellMedian"), colour: INK.fresh, shape: "bar" },
    { key: "spread", label: t("dwellSpread"), colour: INK.before, shape: "line" },
  ];
  if (hasGap) legend.push({ key: "gap", label: t("gap"), colour: INK.gap, shape: "bar" });
  const note = t("dwellNote", { median: span(total.medianSeconds * 1000), once: percent(total.seenOnceShare ?? 0) });
  return (
    <ChartCard
      title={t("dwell")}
      note={note}
      height={220}
      legend={legend}
      rows={points}
      rowKey={({ key }) => key}
      columns={[
        { key: "time", title: t("time"), cell: ({ name }) => name },
        { key: "median", title: t("dwellMedian"), cell: ({ dwell }) => said(dwell?.medianSeconds) },
        { key: "p25", title: t("dwellQuarter"), cell: ({ dwell }) => said(dwell?.p25Seconds) },
        { key: "p75", title: t("dwellThreeQuarters"), cell: ({ dwell }) => said(dwell?.p75Seconds) },
        { key: "p90", title: t("dwellNineTenths"), cell: ({ dwell }) => said(dwell?.p90Seconds) },
        { key: "measured", title: t("dwellMeasured"), cell: ({ dwell }) => count(dwell?.measuredVisits ?? 0n) },
        { key: "once", title: t("seenOnce"), cell: ({ dwell }) => count(dwell?.seenOnceVisits ?? 0n) },
      ]}
      chart={
        <ComposedChart data={points} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid {...INK.grid} />
          <XAxis dataKey="key" tickFormatter={(key: string) => labels.get(key) ?? ""} {...INK.axis} tickLine={false} minTickGap={16} />
          <YAxis {...INK.axis} axisLine={false} tickLine={false} width={56} tickFormatter={(minutes: number) => span(minutes * 60_000)} />
          <YAxis yAxisId="gap" hide domain={[0, 1]} />
          <Tooltip
            cursor={INK.cursor}
            isAnimationActive={false}
            content={({ active, label }) => {
              const point = points.find(({ key }) => key === label);
              if (!active || !point) return null;
              const { dwell } = point;
              return (
                <ChartTip
                  title={point.name}
                  lines={[
                    { key: "median", label: t("dwellMedian"), value: said(dwell?.medianSeconds), colour: INK.fresh },
                    {
                      key: "spread",
                      label: t("dwellSpread"),
                      value: t("range", { from: said(dwell?.p25Seconds), to: said(dwell?.p75Seconds) }),
                      colour: INK.before,
                    },
                    { key: "once", label: t("seenOnce"), value: count(dwell?.seenOnceVisits ?? 0n), colour: INK.gap },
                  ]}
                  note={dwell?.coverage === undefined ? undefined : t("coverage", { share: percent(dwell.coverage) })}
                />
              );
            }}
          />
          {hasGap && (
            <Area yAxisId="gap" dataKey="gap" type="step" stroke="none" fill={INK.gap} fillOpacity={1} isAnimationActive={false} />
          )}
          <Bar dataKey="median" fill={INK.fresh} isAnimationActive={false} maxBarSize={32} radius={[3, 3, 0, 0]}>
            <ErrorBar dataKey="spread" direction="y" width={4} stroke={INK.before} strokeWidth={1.5} isAnimationActive={false} />
          </Bar>
        </ComposedChart>
      }
    />
  );
}

function said(seconds: number | undefined): string {
  return seconds === undefined ? "–" : span(seconds * 1000);
}
