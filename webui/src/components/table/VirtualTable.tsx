import { type ReactNode, useEffect, useEffectEvent } from "react";

import { useVirtualRows } from "./useVirtualRows";
import { useWide } from "./useWide";

export interface VirtualColumn<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Also gives the width: columns do not follow what happens to be on the screen. */
  readonly className?: string;
}

interface Props<Row> {
  readonly caption: string;
  readonly columns: readonly VirtualColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly card: (row: Row) => ReactNode;
  readonly busy: boolean;
  /** Whether rows are left to read, and the function that reads the next ones. */
  readonly hasMore: boolean;
  readonly onMore: () => void;
}

const ROW_HEIGHT = 60;
const CARD_HEIGHT = 104;
/** So many rows before the end the next ones are read. */
const AHEAD = 60;

/**
 * A list of any length: a table where there is room, cards on a phone. It scrolls with the page, draws only what is
 * on the screen, and asks for more before its end is reached.
 */
export function VirtualTable<Row>(props: Props<Row>) {
  const wide = useWide();
  return (
    <div aria-busy={props.busy} className={props.busy ? "opacity-60 transition-opacity" : "transition-opacity"}>
      {wide ? <Wide {...props} /> : <Narrow {...props} />}
    </div>
  );
}

function Wide<Row>({ caption, columns, rows, rowKey, hasMore, onMore }: Props<Row>) {
  const { container, start, end } = useVirtualRows<HTMLTableSectionElement>(rows.length, ROW_HEIGHT);
  useMore(end, rows.length, hasMore, onMore);
  return (
    <div className="overflow-hidden rounded-2xl border border-line bg-surface">
      <table className="w-full table-fixed border-collapse text-left" aria-rowcount={hasMore ? -1 : rows.length + 1}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-xs text-quiet" aria-rowindex={1}>
            {columns.map(({ key, title, className = "" }) => (
              <th key={key} scope="col" className={`px-4 py-3 font-medium ${className}`}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={container}>
          <Spacer rows={start} columns={columns.length} />
          {rows.slice(start, end).map((row, at) => (
            <tr
              key={rowKey(row)}
              aria-rowindex={start + at + 2}
              style={{ height: ROW_HEIGHT }}
              className="relative border-b border-line focus-within:bg-canvas hover:bg-canvas"
            >
              {columns.map(({ key, cell, className = "" }) => (
                <td key={key} className={`truncate px-4 py-0 ${className}`}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Spacer rows={rows.length - end} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}

function Spacer({ rows, columns }: { rows: number; columns: number }) {
  if (rows <= 0) return null;
  return (
    <tr aria-hidden="true">
      <td colSpan={columns} className="p-0" style={{ height: rows * ROW_HEIGHT }} />
    </tr>
  );
}

function Narrow<Row>({ caption, rows, rowKey, card, hasMore, onMore }: Props<Row>) {
  const { container, start, end } = useVirtualRows<HTMLUListElement>(rows.length, CARD_HEIGHT);
  useMore(end, rows.length, hasMore, onMore);
  return (
    <ul
      ref={container}
      aria-label={caption}
      className="relative m-0 list-none p-0"
      style={{ height: rows.length * CARD_HEIGHT }}
    >
      {rows.slice(start, end).map((row, at) => (
        <li
          key={rowKey(row)}
          aria-setsize={hasMore ? -1 : rows.length}
          aria-posinset={start + at + 1}
          className="absolute inset-x-0 pb-2"
          style={{ top: (start + at) * CARD_HEIGHT, height: CARD_HEIGHT }}
        >
          <div className="relative flex h-full items-center rounded-2xl border border-line bg-surface p-3">{card(row)}</div>
        </li>
      ))}
    </ul>
  );
}

function useMore(end: number, count: number, hasMore: boolean, onMore: () => void): void {
  const more = useEffectEvent(onMore);
  const near = hasMore && end >= count - AHEAD;
  useEffect(() => {
    if (near) more();
  }, [near, count]);
}
