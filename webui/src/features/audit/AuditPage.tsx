import { AuditOutlined, CheckCircleOutlined, DownloadOutlined, SearchOutlined, WarningOutlined } from "@ant-design/icons";
import { createConnectQueryKey, useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useMemo, useState } from "react";

import { useUsers } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { type AuditEntry, AuditService } from "../../api/gen/footfall/v1/audit_service_pb";
import { useAccess } from "../../api/hooks";
import { LONG_LIST } from "../../api/longList";
import { addressOf, isBackward, isFiltered } from "../../components/addressFilters";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { useAddress } from "../../components/useAddress";
import { useActorName } from "../../panels/audit/useActorName";
import { localZone } from "../../time/zoned";
import { gapIn } from "./chain";
import { EntrySheet } from "./EntrySheet";
import { FilterBar } from "./FilterBar";
import { PAGE_SIZE, readFilters, toMatching } from "./filters";
import { LogTable } from "./LogTable";
import { t } from "./texts";
import { useLogDownload } from "./useLogDownload";

const LIST_KEY = createConnectQueryKey({ schema: AuditService.method.listAuditEntries, cardinality: "infinite" });

/** Who did what, the newest first, read as far as somebody scrolls. */
export function AuditPage() {
  const [filters, change] = useAddress(readFilters, addressOf);
  const queries = useQueryClient();
  const backward = isBackward(filters);
  const zone = localZone();
  const users = useUsers();
  const actorOf = useActorName();
  const mayExport = useAccess().can("audit.export");
  const download = useLogDownload();
  const [opened, setOpened] = useState<AuditEntry>();
  const log = useInfiniteQuery(
    AuditService.method.listAuditEntries,
    { ...toMatching(filters, zone), pageSize: PAGE_SIZE, pageToken: "" },
    { ...LONG_LIST, placeholderData: keepPreviousData, enabled: !backward },
  );
  const entries = useMemo(() => log.data?.pages.flatMap((page) => page.entries) ?? [], [log.data]);
  const startAgain = () => {
    window.scrollTo({ top: 0 });
    void queries.resetQueries({ queryKey: LIST_KEY });
  };
  const failure = log.error ? toAppError(log.error) : download.failure;

  return (
    <div className="space-y-6">
      <PageHeader title={t("title")} note={t("note", { zone: zone.replaceAll("_", " ") })}>
        {mayExport && (
          <Button
            icon={<DownloadOutlined aria-hidden="true" />}
            disabled={backward || download.busy}
            onClick={() => void download.start(filters, zone)}
          >
            {download.busy ? t("preparing") : t("download")}
          </Button>
        )}
        <Button onClick={startAgain} loading={log.isFetching && !log.isPending && !log.isFetchingNextPage}>
          {t("refresh")}
        </Button>
      </PageHeader>
      <FilterBar filters={filters} users={users.data ?? []} onChange={change} />
      {failure && (
        <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={log.error ? startAgain : undefined} />
      )}
      {!log.error && log.isPending && !backward && <PageSkeleton />}
      {log.data && entries.length === 0 && !isFiltered(filters) && (
        <EmptyState icon={<AuditOutlined />} title={t("noneYet")} hint={t("noneYetHint")} />
      )}
      {log.data && entries.length === 0 && isFiltered(filters) && (
        <EmptyState icon={<SearchOutlined />} title={t("noMatch")} hint={t("noMatchHint")} />
      )}
      {entries.length > 0 && (
        <>
          {!isFiltered(filters) && !log.isPlaceholderData && <Numbering entries={entries} />}
          <LogTable
            entries={entries}
            actorOf={actorOf}
            zone={zone}
            busy={log.isPlaceholderData}
            hasMore={log.hasNextPage && !log.isPlaceholderData}
            onMore={() => {
              if (!log.isFetching) void log.fetchNextPage();
            }}
            onOpen={setOpened}
          />
          <p role="status" className="text-center text-xs text-quiet">
            {log.hasNextPage ? t("shownSoFar", { count: entries.length }) : t("shownAll", { count: entries.length })}
          </p>
        </>
      )}
      {opened && (
        <EntrySheet
          entry={opened}
          actor={actorOf(opened)}
          zone={zone}
          onClose={() => {
            setOpened(undefined);
          }}
        />
      )}
    </div>
  );
}

/** Whether what is shown is complete, as far as the numbers tell. */
function Numbering({ entries }: { entries: readonly AuditEntry[] }) {
  const gap = useMemo(() => gapIn(entries), [entries]);
  const text = (key: "whole" | "gap", first: bigint | undefined, last: bigint | undefined) =>
    t(key, { first: String(first ?? ""), last: String(last ?? "") });
  if (gap) {
    return (
      <p role="alert" className="flex items-center gap-2 rounded-lg bg-rose px-3 py-2 text-rose-ink">
        <WarningOutlined aria-hidden="true" />
        {text("gap", gap.first, gap.last)}
      </p>
    );
  }
  return (
    <p className="flex items-center gap-2 text-quiet">
      <CheckCircleOutlined aria-hidden="true" className="text-brand!" />
      <span>
        {text("whole", entries[0]?.sequence, entries.at(-1)?.sequence)} {t("verify")}
      </span>
    </p>
  );
}
