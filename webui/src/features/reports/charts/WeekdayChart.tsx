import { Bar, BarChart, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";

import { DayOfWeek, type DistributionSlice } from "../../../api/gen/footfall/v1/report_service_pb";
import { weekdayName, WEEKDAYS } from "../../../api/weekdays";
import { average, count } from "../labels";
import { t } from "../texts";
import { ChartCard } from "./ChartCard";
import { ChartTip } from "./ChartTip";
import { INK } from "./ink";

/** What each day of the week is like, from the day that weeks begin with. */
export function WeekdayChart(props: { slices: readonly DistributionSlice[]; weekStart: DayOfWeek }) {
  const { slices, weekStart } = props;
  const days = slices.map((slice, at) => ({ slice, day: WEEKDAYS[at] ?? DayOfWeek.UNSPECIFIED }));
  const first = Math.max(days.findIndex(({ day }) => day === weekStart), 0);
  const points = [...days.slice(first), ...days.slice(0, first)].map(({ slice, day }) => ({
    key: slice.key,
    label: weekdayName(day, "short"),
    visits: slice.average?.visits,
    unique: slice.average?.uniqueVisitors,
    days: slice.average?.days ?? 0,
    all: (slice.average?.days ?? 0) + (slice.average?.daysLeftOut ?? 0),
  }));
  const said = (value: number | undefined) => (value === undefined ? "–" : average(value));
  return (
    <ChartCard
      title={t("weekdays")}
      note={t("weekdaysNote")}
      height={220}
      legend={[
        { key: "visits", label: t("averageVisits"), colour: INK.fresh, shape: "bar" },
        { key: "unique", label: t("averageVisitors"), colour: INK.unique, shape: "bar" },
      ]}
      rows={points}
      rowKey={({ key }) => key}
      columns={[
        { key: "day", title: t("weekday"), cell: ({ label }) => label },
        { key: "visits", title: t("averageVisits"), cell: ({ visits }) => said(visits) },
        { key: "unique", title: t("averageVisitors"), cell: ({ unique }) => said(unique) },
        { key: "days", title: t("daysCounted"), cell: ({ days, all }) => t("daysCountedOf", { days, all }) },
      ]}
      chart={
        <BarChart data={points} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid {...INK.grid} />
          <XAxis dataKey="label" {...INK.axis} tickLine={false} interval={0} />
          <YAxis {...INK.axis} axisLine={false} tickLine={false} width={40} tickFormatter={count} />
          <Tooltip
            cursor={INK.cursor}
            isAnimationActive={false}
            content={({ active, label }) => {
              const point = points.find((each) => each.label === label);
              if (!active || !point) return null;
              return (
                <ChartTip
                  title={point.label}
                  lines={[
                    { key: "visits", label: t("averageVisits"), value: said(point.visits), colour: INK.fresh },
                    { key: "unique", label: t("averageVisitors"), value: said(point.unique), colour: INK.unique },
                  ]}
                  note={`${t("daysCounted")}: ${t("daysCountedOf", { days: point.days, all: point.all })}`}
                />
              );
            }}
          />
          <Bar dataKey="visits" fill={INK.fresh} radius={[3, 3, 0, 0]} isAnimationActive={false} maxBarSize={28} />
          <Bar dataKey="unique" fill={INK.unique} radius={[3, 3, 0, 0]} isAnimationActive={false} maxBarSize={28} />
        </BarChart>
      }
    />
  );
}
