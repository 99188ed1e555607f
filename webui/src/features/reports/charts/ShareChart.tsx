import { Bar, BarChart, LabelList, XAxis, YAxis } from "recharts";

import { count, percent } from "../labels";
import { t } from "../texts";
import { ChartCard } from "./ChartCard";
import { INK } from "./ink";

export interface SharePart {
  readonly key: string;
  readonly label: string;
  readonly visits: bigint;
  readonly visitors: bigint;
}

/** How visits divide into parts. */
export function ShareChart(props: { title: string; note: string; parts: readonly SharePart[] }) {
  const { title, note, parts } = props;
  const all = parts.reduce((sum, { visits }) => sum + visits, 0n);
  const rows = parts.map((part) => {
    const share = all === 0n ? 0 : Number(part.visits) / Number(all);
    return { ...part, share, said: percent(share) };
  });
  return (
    <ChartCard
      title={title}
      note={note}
      height={24 + 44 * rows.length}
      rows={rows}
      rowKey={({ key }) => key}
      columns={[
        { key: "part", title: t("part"), cell: ({ label }) => label },
        { key: "visits", title: t("visits"), cell: ({ visits }) => count(visits) },
        { key: "share", title: t("share"), cell: ({ said }) => said },
        { key: "visitors", title: t("unique"), cell: ({ visitors }) => count(visitors) },
      ]}
      chart={
        <BarChart data={rows} layout="vertical" margin={{ top: 0, right: 48, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <XAxis type="number" hide domain={[0, 1]} />
          <YAxis type="category" dataKey="label" {...INK.axis} axisLine={false} tickLine={false} width={104} />
          <Bar dataKey="share" fill={INK.fresh} radius={[0, 3, 3, 0]} isAnimationActive={false} maxBarSize={24} background={{ fill: "var(--ant-color-border-secondary)", fillOpacity: 0.5 }}>
            <LabelList dataKey="said" position="right" fill="var(--ant-color-text)" fontSize={12} />
          </Bar>
        </BarChart>
      }
    />
  );
}
