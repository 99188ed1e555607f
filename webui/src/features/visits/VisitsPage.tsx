import { SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Outlet, useSearchParams } from "react-router";

import { toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { useSites } from "../../api/hooks";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { PageHeader } from "../../components/PageHeader";
import { visitorName } from "../../components/visitorName";
import { knownZone, localZone } from "../../time/zoned";
import { FilterBar } from "./FilterBar";
import { hasBackwardRange, isFiltered, NO_FILTERS, readFilters, toRequest, type VisitFilters, writeFilters } from "./filters";
import { VisitTable } from "./VisitTable";

/** Where the reader is: pages are reached by tokens only, so the way back is remembered. */
interface Position {
  readonly filters: string;
  readonly tokens: readonly string[];
}

export function VisitsPage() {
  const [params, setParams] = useSearchParams();
  const filters = readFilters(params);
  const search = writeFilters(filters).toString();
  const [position, setPosition] = useState<Position>({ filters: search, tokens: [] });
  // Tokens hold for the filters that they were made with.
  const tokens = position.filters === search ? position.tokens : [];
  const sites = useSites();
  const siteById = new Map((sites.data ?? []).map((site) => [site.siteId, site]));
  const zone = filters.site === "" ? localZone() : knownZone(siteById.get(filters.site)?.timeZone);
  const backward = hasBackwardRange(filters);
  const visits = useQuery(VisitService.method.listVisits, toRequest(filters, zone, tokens.at(-1) ?? ""), {
    placeholderData: keepPreviousData,
    enabled: !backward && !sites.isPending,
  });
  const change = (next: VisitFilters) => {
    setParams(writeFilters(next), { replace: true });
  };
  const go = (next: readonly string[]) => {
    setPosition({ filters: search, tokens: next });
    window.scrollTo({ top: 0 });
  };
  const failure = visits.error ? toAppError(visits.error) : undefined;
  const rows = visits.data?.visits ?? [];
  const next = visits.data?.nextPageToken ?? "";
  const ofCustomer = rows.find((visit) => visit.customerId === filters.customer);

  return (
    <div className="space-y-5">
      <PageHeader title="Visits" note={`Newest first. Days are those of ${zone.replaceAll("_", " ")}.`}>
        <Button onClick={() => void visits.refetch()} loading={visits.isFetching && !visits.isPending}>
          Refresh
        </Button>
      </PageHeader>
      <FilterBar
        filters={filters}
        sites={sites.data ?? []}
        customerLabel={ofCustomer ? visitorName(ofCustomer) : "One visitor"}
        zone={zone}
        onChange={change}
      />
      {backward && <ErrorAlert title="The first day is after the last one" hint="Swap them, or clear one of them." />}
      {failure && (
        <ErrorAlert
          {...failure}
          requestId={failure.metadata.request_id}
          onRetry={() => {
            if (failure.reason === ErrorReason.BAD_PAGE_TOKEN) go([]);
            else void visits.refetch();
          }}
        />
      )}
      {!backward && visits.isPending && !failure && <PageSkeleton />}
      {!backward && visits.isSuccess && rows.length === 0 && (
        <EmptyState
          icon={<SearchOutlined />}
          title={isFiltered(filters) ? "No visit matches" : "No visits yet"}
          hint={isFiltered(filters) ? "Widen the days or clear a filter." : "Visits appear as soon as a camera sees somebody."}
        >
          {isFiltered(filters) && (
            <Button
              onClick={() => {
                change(NO_FILTERS);
              }}
            >
              Clear all filters
            </Button>
          )}
        </EmptyState>
      )}
      {!backward && rows.length > 0 && (
        <VisitTable
          visits={rows}
          siteById={siteById}
          busy={visits.isPlaceholderData}
          search={search}
          page={tokens.length + 1}
          onPrevious={
            tokens.length === 0
              ? undefined
              : () => {
                  go(tokens.slice(0, -1));
                }
          }
          onNext={
            next === ""
              ? undefined
              : () => {
                  go([...tokens, next]);
                }
          }
        />
      )}
      <Outlet />
    </div>
  );
}
