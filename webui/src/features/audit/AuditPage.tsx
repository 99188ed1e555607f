import { AuditOutlined, CheckCircleOutlined, SearchOutlined, WarningOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useSearchParams } from "react-router";

import { useUsers } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { type AuditEntry, AuditService } from "../../api/gen/footfall/v1/audit_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { roleName } from "../../api/permissions";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { localZone } from "../../time/zoned";
import { gapIn } from "./chain";
import { EntryRow } from "./EntryRow";
import { FilterBar } from "./FilterBar";
import { isBackward, isFiltered, readFilters, toRequest, writeFilters } from "./filters";
import { t } from "./texts";

/** Who did what: read page by page, as far back as somebody asks. */
export function AuditPage() {
  const [params, setParams] = useSearchParams();
  const filters = readFilters(params);
  const zone = localZone();
  const users = useUsers();
  const names = new Map((users.data ?? []).map(({ userId, displayName }) => [userId, displayName]));
  const log = useInfiniteQuery(AuditService.method.listAuditEntries, toRequest(filters, zone), {
    pageParamKey: "pageToken",
    getNextPageParam: ({ nextPageToken }) => (nextPageToken === "" ? undefined : nextPageToken),
    enabled: !isBackward(filters),
  });
  const entries = log.data?.pages.flatMap((page) => page.entries) ?? [];
  const failure = log.error ? toAppError(log.error) : undefined;
  const actorOf = (entry: AuditEntry) => {
    if (entry.actorId === "") return entry.action.startsWith("auth.") ? t("nobody") : t("system");
    const known = names.get(entry.actorId);
    if (known !== undefined) return known;
    return entry.actorRole === Role.UNSPECIFIED ? entry.actorId : `${roleName(entry.actorRole)} ${entry.actorId.slice(-8)}`;
  };

  return (
    <div className="space-y-6">
      <PageHeader title={t("title")} note={t("note", { zone: zone.replaceAll("_", " ") })} />
      <FilterBar
        filters={filters}
        users={users.data ?? []}
        onChange={(next) => {
          setParams(writeFilters(next), { replace: true });
        }}
      />
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void log.refetch()} />}
      {!failure && log.isPending && !isBackward(filters) && <PageSkeleton />}
      {log.data && entries.length === 0 && !isFiltered(filters) && (
        <EmptyState icon={<AuditOutlined />} title={t("noneYet")} hint={t("noneYetHint")} />
      )}
      {log.data && entries.length === 0 && isFiltered(filters) && (
        <EmptyState icon={<SearchOutlined />} title={t("noMatch")} hint={t("noMatchHint")} />
      )}
      {entries.length > 0 && (
        <>
          {!isFiltered(filters) && <Numbering entries={entries} />}
          <ol aria-label={t("list")} className="list-none overflow-hidden rounded-2xl border border-line bg-surface p-0">
            {entries.map((entry) => (
              <EntryRow key={entry.auditId} entry={entry} actor={actorOf(entry)} zone={zone} />
            ))}
          </ol>
          {log.hasNextPage && (
            <div className="flex justify-center">
              <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                {t("older")}
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

/** Whether what is shown is complete, as far as the numbers tell. */
function Numbering({ entries }: { entries: readonly AuditEntry[] }) {
  const gap = gapIn(entries);
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
