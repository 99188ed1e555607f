import { timestampMs } from "@bufbuild/protobuf/wkt";

import type { AuditEntry } from "../../api/gen/footfall/v1/audit_service_pb";
import { type VirtualColumn, VirtualTable } from "../../components/table/VirtualTable";
import { day, timeOfDay } from "../../time/format";
import { t } from "./texts";

/** The log as far as it was read; a row or card opens its entry beside the table. */
export function LogTable(props: {
  entries: readonly AuditEntry[];
  actorOf: (entry: AuditEntry) => string;
  zone: string;
  busy: boolean;
  hasMore: boolean;
  onMore: () => void;
  onOpen: (entry: AuditEntry) => void;
}) {
  const { entries, actorOf, zone, busy, hasMore, onMore, onOpen } = props;
  const opener = (entry: AuditEntry) => (
    <button
      type="button"
      aria-label={t("open", { sequence: String(entry.sequence) })}
      className="cursor-pointer font-mono text-xs text-ink after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
      onClick={() => {
        onOpen(entry);
      }}
    >
      {entry.action}
    </button>
  );
  const columns: readonly VirtualColumn<AuditEntry>[] = [
    {
      key: "number",
      title: t("number"),
      cell: ({ sequence }) => String(sequence),
      className: "hidden w-28 text-right text-quiet tabular-nums xl:table-cell",
    },
    { key: "time", title: t("time"), cell: (entry) => <Time entry={entry} zone={zone} />, className: "w-60 whitespace-nowrap text-quiet tabular-nums" },
    { key: "who", title: t("who"), cell: actorOf },
    { key: "what", title: t("what"), cell: opener },
  ];
  return (
    <VirtualTable
      caption={t("list")}
      columns={columns}
      rows={entries}
      rowKey={({ auditId }) => auditId}
      busy={busy}
      hasMore={hasMore}
      onMore={onMore}
      card={(entry) => (
        <div className="min-w-0 flex-1 space-y-0.5">
          <p className="truncate font-medium">{actorOf(entry)}</p>
          <p className="truncate">{opener(entry)}</p>
          <p className="text-xs text-quiet tabular-nums">
            <Time entry={entry} zone={zone} />
          </p>
        </div>
      )}
    />
  );
}

function Time({ entry, zone }: { entry: AuditEntry; zone: string }) {
  const at = entry.time ? timestampMs(entry.time) : 0;
  return (
    <time dateTime={new Date(at).toISOString()}>
      {day(at, zone)} {timeOfDay(at, zone)}
    </time>
  );
}
