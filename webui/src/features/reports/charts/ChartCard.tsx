import { type ReactElement, type ReactNode, useId } from "react";
import { ResponsiveContainer } from "recharts";

import { t } from "../texts";

export interface LegendEntry {
  readonly key: string;
  readonly label: string;
  readonly colour: string;
  readonly shape: "bar" | "line" | "dashes";
}

export interface ChartColumn<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
}

/** A chart with its legend, and the same numbers as a table. */
export function ChartCard<Row>(props: {
  title: string;
  note: string;
  height: number;
  legend?: readonly LegendEntry[];
  chart: ReactElement;
  columns: readonly ChartColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}) {
  const { title, note, height, legend = [], chart, columns, rows, rowKey } = props;
  const heading = useId();
  return (
    <section aria-labelledby={heading} className="min-w-0 rounded-2xl border border-line bg-surface p-5">
      <h2 id={heading} className="text-base font-semibold">
        {title}
      </h2>
      <p className="text-quiet">{note}</p>
      {legend.length > 0 && (
        <ul className="mt-3 flex list-none flex-wrap gap-x-4 gap-y-1 p-0 text-xs text-quiet" aria-hidden="true">
          {legend.map(({ key, label, colour, shape }) => (
            <li key={key} className="flex items-center gap-1.5">
              <span
                className={{ bar: "size-2.5 rounded-sm", line: "h-0.5 w-4", dashes: "w-4 border-t-2 border-dashed" }[shape]}
                style={shape === "dashes" ? { borderColor: colour } : { background: colour }}
              />
              {label}
            </li>
          ))}
        </ul>
      )}
      <div className="mt-3" style={{ height }} aria-hidden="true">
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 640, height }}>
          {chart}
        </ResponsiveContainer>
      </div>
      <details className="mt-3">
        <summary className="w-fit cursor-pointer rounded text-[13px] text-quiet hover:text-ink">
          {t("asTable")}
          <span className="sr-only">: {title}</span>
        </summary>
        <div className="mt-2 max-h-96 overflow-auto rounded-xl border border-line" tabIndex={0} role="region" aria-labelledby={heading}>
          <table className="w-full border-collapse text-left text-[13px]">
            <caption className="sr-only">{title}</caption>
            <thead className="sticky top-0 bg-surface">
              <tr className="border-b border-line text-xs text-quiet">
                {columns.map((column, at) => (
                  <th key={column.key} scope="col" className={`px-3 py-2 font-medium ${at > 0 ? "text-right" : ""}`}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={rowKey(row)} className="border-b border-line last:border-b-0">
                  {columns.map((column, at) =>
                    at === 0 ? (
                      <th key={column.key} scope="row" className="px-3 py-1.5 font-normal">
                        {column.cell(row)}
                      </th>
                    ) : (
                      <td key={column.key} className="px-3 py-1.5 text-right whitespace-nowrap tabular-nums">
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  );
}
