import { SearchOutlined } from "@ant-design/icons";
import { createConnectQueryKey, useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { Outlet } from "react-router";

import { toAppError } from "../../api/errors";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { useCameras, useSites } from "../../api/hooks";
import { LONG_LIST } from "../../api/longList";
import { addressOf, isBackward, isFiltered } from "../../components/addressFilters";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { useAddress } from "../../components/useAddress";
import { visitorName } from "../../components/visitorName";
import { knownZone, localZone } from "../../time/zoned";
import { FilterBar } from "./FilterBar";
import { NO_FILTERS, readFilters, toRequest } from "./filters";
import { t } from "./texts";
import { VisitTable } from "./VisitTable";

const LIST_KEY = createConnectQueryKey({ schema: VisitService.method.listVisits, cardinality: "infinite" });

/** Every visit, the newest first, read as far as somebody scrolls. */
export function VisitsPage() {
  const [filters, change] = useAddress(readFilters, addressOf);
  const queries = useQueryClient();
  const search = addressOf(filters).toString();
  const sites = useSites();
  const cameras = useCameras();
  const siteById = new Map((sites.data ?? []).map((site) => [site.siteId, site]));
  const zone = filters.site === "" ? localZone() : knownZone(siteById.get(filters.site)?.timeZone);
  const backward = isBackward(filters);
  const visits = useInfiniteQuery(
    VisitService.method.listVisits,
    { ...toRequest(filters, zone), pageToken: "" },
    {
      ...LONG_LIST,
      placeholderData: keepPreviousData,
      enabled: !backward && !sites.isPending,
    },
  );
  const startAgain = () => {
    window.scrollTo({ top: 0 });
    void queries.resetQueries({ queryKey: LIST_KEY });
  };
  const failure = visits.error ? toAppError(visits.error) : undefined;
  const rows = visits.data?.pages.flatMap((page) => page.visits) ?? [];
  const ofCustomer = rows.find((visit) => visit.customerId === filters.customer);

  return (
    <div className="space-y-5">
      <PageHeader title={t("title")} note={t("note", { zone: zone.replaceAll("_", " ") })}>
        <Button onClick={startAgain} loading={visits.isFetching && !visits.isPending && !visits.isFetchingNextPage}>
          {t("refresh")}
        </Button>
      </PageHeader>
      <FilterBar
        filters={filters}
        sites={sites.data ?? []}
        cameras={cameras.data ?? []}
        customerLabel={ofCustomer ? visitorName(ofCustomer) : t("oneVisitor")}
        zone={zone}
        onChange={change}
      />
      {backward && <ErrorAlert title={t("backward")} hint={t("backwardHint")} />}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={startAgain} />}
      {!backward && visits.isPending && !failure && <PageSkeleton />}
      {!backward && visits.isSuccess && rows.length === 0 && (
        <EmptyState
          icon={<SearchOutlined />}
          title={isFiltered(filters) ? t("noMatch") : t("empty")}
          hint={isFiltered(filters) ? t("noMatchHint") : t("emptyHint")}
        >
          {isFiltered(filters) && (
            <Button
              onClick={() => {
                change(NO_FILTERS);
              }}
            >
              {t("clearAll")}
            </Button>
          )}
        </EmptyState>
      )}
      {!backward && rows.length > 0 && (
        <>
          <VisitTable
            visits={rows}
            siteById={siteById}
            busy={visits.isPlaceholderData}
            search={search}
            hasMore={visits.hasNextPage && !visits.isPlaceholderData}
            onMore={() => {
              if (!visits.isFetching) void visits.fetchNextPage();
            }}
          />
          <p role="status" className="text-center text-xs text-quiet">
            {visits.hasNextPage ? t("shownSoFar", { count: rows.length }) : t("shownAll", { count: rows.length })}
            {!visits.hasNextPage && filters.customer === "" && <span className="block">{t("staffNote")}</span>}
          </p>
        </>
      )}
      <Outlet />
    </div>
  );
}
