import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { HistoryOutlined } from "@ant-design/icons";
import { Button } from "antd";

import { toAppError } from "../../api/errors";
import { type DayNumbers, ReportService, type Restatement, RestatementCause } from "../../api/gen/footfall/v1/report_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { nextPage } from "../../api/longList";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { Sheet } from "../../components/overlay/Sheet";
import { moment } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { type ReportFilters, siteIdsOf } from "./filters";
import { count, dayLabel, difference, periodLabel } from "./labels";
import { t } from "./texts";

/** The days of the period that said something else after they were over, the newest change first. */
export function PastChanges(props: { filters: ReportFilters; sites: readonly Site[]; onClose: () => void }) {
  const { filters, sites, onClose } = props;
  const { from, to } = filters.period;
  const changes = useInfiniteQuery(
    ReportService.method.listRestatements,
    { siteIds: siteIdsOf(filters), startDate: from, endDate: to, pageSize: 50, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: nextPage },
  );
  const failure = changes.error ? toAppError(changes.error) : undefined;
  const rows = changes.data?.pages.flatMap((page) => page.restatements) ?? [];
  return (
    <Sheet title={t("pastChanges")} shape="side" onClose={onClose}>
      <div className="space-y-4">
        <p className="text-[13px] text-quiet">{t("pastChangesNote", { period: periodLabel(filters.period) })}</p>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void changes.refetch()} />}
        {changes.isPending && !failure && <PageSkeleton />}
        {changes.isSuccess && rows.length === 0 && (
          <EmptyState icon={<HistoryOutlined />} title={t("noPastChange")} hint={t("noPastChangeHint")} />
        )}
        <ul className="m-0 list-none space-y-2 p-0">
          {rows.map((change) => (
            <li key={change.restatementId} data-testid="past-change" className="rounded-2xl border border-line bg-surface p-3">
              <PastChange change={change} site={sites.find(({ siteId }) => siteId === change.siteId)} />
            </li>
          ))}
        </ul>
        {changes.hasNextPage && (
          <Button loading={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>
            {t("olderChanges")}
          </Button>
        )}
      </div>
    </Sheet>
  );
}

function PastChange({ change, site }: { change: Restatement; site: Site | undefined }) {
  const { day, before, after, causes, changeTime } = change;
  return (
    <div className="space-y-1">
      <h3 className="text-sm font-semibold">{t("dayAt", { day: dayLabel(day), site: site?.displayName ?? t("closedSite") })}</h3>
      <ul className="m-0 list-none p-0">
        {before && after && changed(before, after).map((line) => <li key={line}>{line}</li>)}
      </ul>
      <p className="text-[13px] text-quiet">
        {causes.map(causeText).join(" ")}
        {changeTime && ` ${t("changedAt", { time: moment(timestampMs(changeTime), knownZone(site?.timeZone)) })}`}
      </p>
    </div>
  );
}

/** A line for each number that is another one now. */
function changed(before: DayNumbers, after: DayNumbers): string[] {
  const numbers = [
    [t("visits"), before.visits, after.visits],
    [t("unique"), before.uniqueVisitors, after.uniqueVisitors],
    [t("newVisits"), before.newVisits, after.newVisits],
    [t("newVisitsHere"), before.newVisitsHere, after.newVisitsHere],
    [t("staff"), before.staffSightings, after.staffSightings],
    [t("unidentifiable"), before.unidentifiableSightings, after.unidentifiableSightings],
  ] as const;
  return numbers
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => t("numberChanged", { name, change: difference(was, is), before: count(was), after: count(is) }));
}

function causeText(cause: RestatementCause): string {
  switch (cause) {
    case RestatementCause.LATE_EVENT:
      return t("causeLateEvent");
    case RestatementCause.MERGE:
      return t("causeMerge");
    case RestatementCause.UNMERGE:
      return t("causeUnmerge");
    case RestatementCause.SPLIT:
      return t("causeSplit");
    case RestatementCause.CONFIRMATION:
      return t("causeConfirmation");
    case RestatementCause.STAFF_CHANGE:
      return t("causeStaffChange");
    case RestatementCause.ERASURE:
      return t("causeErasure");
    case RestatementCause.RULE_CHANGE:
      return t("causeRuleChange");
    case RestatementCause.RECOMPUTED:
      return t("causeRecomputed");
    case RestatementCause.UNSPECIFIED:
      return "";
  }
}
