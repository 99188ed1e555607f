import { Button } from "antd";
import type { ReactNode } from "react";

import { t } from "../texts";

export interface Column<Row> {
  readonly key: string;
  readonly title: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  readonly className?: string;
}

/** A page of rows: a table where there is room, a list of cards on a phone. */
export function PagedTable<Row>(props: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  card: (row: Row) => ReactNode;
  busy: boolean;
  page: number;
  /** What the ways to the other pages are called where the order is not that of time. */
  labels?: { readonly previous: string; readonly next: string };
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}) {
  const { caption, columns, rows, rowKey, card, busy, page, labels, onPrevious, onNext } = props;
  return (
    <div aria-busy={busy} className={busy ? "opacity-60 transition-opacity" : "transition-opacity"}>
      <div className="hidden overflow-hidden rounded-2xl border border-line bg-surface md:block">
        <table className="w-full border-collapse text-left">
          <caption className="sr-only">{caption}</caption>
          <thead>
            <tr className="border-b border-line text-xs text-quiet">
              {columns.map((column) => (
                <th key={column.key} scope="col" className={`px-4 py-3 font-medium ${column.className ?? ""}`}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                className="relative border-b border-line last:border-b-0 focus-within:bg-canvas hover:bg-canvas"
              >
                {columns.map((column) => (
                  <td key={column.key} className={`px-4 py-2.5 ${column.className ?? ""}`}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="list-none space-y-2 p-0 md:hidden">
        {rows.map((row) => (
          <li key={rowKey(row)} className="relative rounded-2xl border border-line bg-surface p-3">
            {card(row)}
          </li>
        ))}
      </ul>
      {(onPrevious ?? onNext) && (
        <nav aria-label={t("pages")} className="mt-4 flex items-center justify-end gap-3">
          <Button onClick={onPrevious} disabled={!onPrevious}>
            {labels?.previous ?? t("newer")}
          </Button>
          <span className="text-quiet">{t("page", { number: page })}</span>
          <Button onClick={onNext} disabled={!onNext}>
            {labels?.next ?? t("older")}
          </Button>
        </nav>
      )}
    </div>
  );
}
