import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { Area, CartesianGrid, ComposedChart, Line, Tooltip, XAxis, YAxis } from "recharts";

import {
  type GetOccupancyResponse,
  type OccupancyDay,
  OccupancyMethod,
  type OccupancyPoint,
  OccupancyStep,
  ReportService,
} from "../../../api/gen/footfall/v1/report_service_pb";
import { clockTime, moment } from "../../../time/format";
import { knownZone } from "../../../time/zoned";
import { average, count, percent, periodLabel } from "../labels";
import { lastDays, lengthOf, type Period } from "../period";
import { t } from "../texts";
import { ChartCard, type LegendEntry } from "./ChartCard";
import { ChartFrame } from "./ChartFrame";
import { ChartTip } from "./ChartTip";
import { INK } from "./ink";
import { GAP_BELOW } from "./TimeChart";

const MOST_DAYS = 7;

interface PresencePoint {
  /** The moment of the step's beginning: a clock that is put back shows a time twice. */
  readonly key: number;
  readonly label: string;
  readonly name: string;
  readonly present: number;
  readonly line: number | undefined;
  readonly point: OccupancyPoint;
  readonly gap: 0 | 1;
}

/** The steps of an answer as a chart has them. */
export function presencePoints(answer: GetOccupancyResponse): PresencePoint[] {
  const zone = knownZone(answer.timeZone);
  const manyDays = answer.days.length > 1;
  return answer.points.map((point) => {
    const key = at(point.startTime);
    return {
      key,
      label: clockTime(key, zone, manyDays),
      name: moment(key, zone),
      present: point.present,
      line: point.linePresent === undefined ? undefined : Number(point.linePresent),
      point,
      gap: point.coverage !== undefined && point.coverage < GAP_BELOW ? 1 : 0,
    };
  });
}

/** How many are in the shop, over the hours of the last days of the period. */
export function OccupancyCard(props: { siteId: string; period: Period; today: string }) {
  const { siteId, period, today } = props;
  const shown = lastDays(period, today, MOST_DAYS);
  const chosen = siteId !== "" && shown !== undefined;
  const request = {
    siteId,
    startDate: shown?.from ?? "",
    endDate: shown?.to ?? "",
    step: shown !== undefined && lengthOf(shown) > 1 ? OccupancyStep.HOUR : OccupancyStep.QUARTER_HOUR,
  };
  const occupancy = useQuery(ReportService.method.getOccupancy, request, { placeholderData: keepPreviousData, enabled: chosen });
  if (!chosen) {
    return (
      <ChartFrame title={t("occupancy")}>
        <p className="mt-1 text-quiet">{siteId === "" ? t("occupancyOneSite") : t("notYetHint")}</p>
      </ChartFrame>
    );
  }
  if (occupancy.error || !occupancy.data) {
    return <ChartFrame title={t("occupancy")} error={occupancy.error} onRetry={() => void occupancy.refetch()} />;
  }
  return <OccupancyChart answer={occupancy.data} shown={shown} />;
}

function OccupancyChart({ answer, shown }: { answer: GetOccupancyResponse; shown: Period }) {
  const hasLine = answer.method === OccupancyMethod.VISITS_AND_LINE;
  const sum = (of: (day: OccupancyDay) => bigint) => answer.days.reduce((all, day) => all + of(day), 0n);
  const [visits, once] = [sum((day) => day.visits), sum((day) => day.seenOnceVisits)];
  const [entered, left] = [sum((day) => day.entered), sum((day) => day.left)];
  if (visits === 0n && entered === 0n && left === 0n) {
    return (
      <ChartFrame title={t("occupancy")}>
        <p className="mt-1 text-quiet">{t("occupancyNobody", { period: periodLabel(shown) })}</p>
      </ChartFrame>
    );
  }
  const points = presencePoints(answer);
  const labels = new Map(points.map(({ key, label }) => [key, label]));
  const hasGap = points.some(({ gap }) => gap === 1);
  const zone = knownZone(answer.timeZone);
  const busiest = answer.days.reduce<OccupancyDay | undefined>((most, day) => (most && most.peak >= day.peak ? most : day), undefined);
  const note = [
    t("occupancyNote", { period: periodLabel(shown), once: count(once), visits: count(visits) }),
    ...(busiest?.peakTime ? [t("occupancyPeak", { most: busiest.peak, at: moment(at(busiest.peakTime), zone) })] : []),
    ...(hasLine ? [t("occupancyLine", { entered: count(entered), left: count(left) })] : []),
  ].join(" ");
  const legend: LegendEntry[] = [{ key: "present", label: t("present"), colour: INK.fresh, shape: "bar" }];
  if (hasLine) legend.push({ key: "line", label: t("byLine"), colour: INK.unique, shape: "dashes" });
  if (hasGap) legend.push({ key: "gap", label: t("gap"), colour: INK.gap, shape: "bar" });
  return (
    <ChartCard
      title={t("occupancy")}
      note={note}
      height={220}
      legend={legend}
      rows={points}
      rowKey={({ key }) => String(key)}
      columns={[
        { key: "time", title: t("time"), cell: ({ name }) => name },
        { key: "present", title: t("present"), cell: ({ present }) => average(present) },
        { key: "peak", title: t("peak"), cell: ({ point }) => count(point.peak) },
        ...(hasLine
          ? [
              { key: "entered", title: t("entered"), cell: ({ point }: PresencePoint) => count(point.entered) },
              { key: "left", title: t("left"), cell: ({ point }: PresencePoint) => count(point.left) },
              { key: "line", title: t("byLine"), cell: ({ line }: PresencePoint) => (line === undefined ? "–" : count(line)) },
            ]
          : []),
        {
          key: "covered",
          title: t("covered"),
          cell: ({ point }) => (point.coverage === undefined ? "–" : percent(point.coverage)),
        },
      ]}
      chart={
        <ComposedChart data={points} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid {...INK.grid} />
          <XAxis dataKey="key" tickFormatter={(key: number) => labels.get(key) ?? ""} {...INK.axis} tickLine={false} minTickGap={24} />
          <YAxis {...INK.axis} axisLine={false} tickLine={false} width={40} tickFormatter={average} />
          <YAxis yAxisId="gap" hide domain={[0, 1]} />
          <Tooltip
            cursor={INK.cursor}
            isAnimationActive={false}
            content={({ active, label }) => {
              const found = points.find(({ key }) => key === label);
              if (!active || !found) return null;
              const { point } = found;
              return (
                <ChartTip
                  title={found.name}
                  lines={[
                    { key: "present", label: t("present"), value: average(found.present), colour: INK.fresh },
                    { key: "peak", label: t("peak"), value: count(point.peak), colour: INK.fresh },
                    ...(found.line === undefined
                      ? []
                      : [{ key: "line", label: t("byLine"), value: count(found.line), colour: INK.unique }]),
                  ]}
                  note={point.coverage === undefined ? undefined : t("coverage", { share: percent(point.coverage) })}
                />
              );
            }}
          />
          {hasGap && (
            <Area yAxisId="gap" dataKey="gap" type="step" stroke="none" fill={INK.gap} fillOpacity={1} isAnimationActive={false} />
          )}
          <Area
            dataKey="present"
            type="stepAfter"
            stroke={INK.fresh}
            strokeWidth={2}
            fill={INK.fresh}
            fillOpacity={0.25}
            isAnimationActive={false}
          />
          {hasLine && (
            <Line dataKey="line" stroke={INK.unique} strokeWidth={2} strokeDasharray="5 4" dot={false} isAnimationActive={false} />
          )}
        </ComposedChart>
      }
    />
  );
}

function at(time: Timestamp | undefined): number {
  return time === undefined ? 0 : timestampMs(time);
}
