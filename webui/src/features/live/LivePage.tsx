import { TeamOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useMemo, useState } from "react";
import { Link, Outlet, useSearchParams } from "react-router";

import { toAppError } from "../../api/errors";
import { SITES_KEY, useSites, useWatchState } from "../../api/hooks";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SelectField } from "../../components/fields/SelectField";
import { PageHeader } from "../../components/PageHeader";
import { visitorName } from "../../components/visitorName";
import { timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { useNow } from "../../time/useNow";
import { CounterRow } from "./CounterRow";
import { LinkState } from "./LinkState";
import { count, dayStarts, visitsOfToday } from "./today";
import { useLiveVisits } from "./useLiveVisits";
import { VisitCard } from "./VisitCard";

/** How many cards are drawn before somebody asks for more. */
const CARDS = 60;
const TICK_MS = 10_000;

export function LivePage() {
  const sites = useSites();
  if (sites.isPending) return <PageSkeleton />;
  if (sites.isError && !sites.data) {
    return (
      <div className="space-y-6">
        <PageHeader title="Live" />
        <ErrorAlert {...toAppError(sites.error)} onRetry={() => void sites.refetch()} />
      </div>
    );
  }
  if (sites.data.length === 0) {
    return (
      <div className="space-y-6">
        <PageHeader title="Live" />
        <EmptyState
          icon={<TeamOutlined />}
          title="No site yet"
          hint="Visits appear here once a site has a camera that an edge worker reads."
        >
          <Link to="/sites" className="font-medium text-brand">
            Set up sites and cameras
          </Link>
        </EmptyState>
      </div>
    );
  }
  return <LiveOfSites sites={sites.data} />;
}

function LiveOfSites({ sites }: { sites: readonly Site[] }) {
  const [params, setParams] = useSearchParams();
  const [cards, setCards] = useState(CARDS);
  const now = useNow(TICK_MS);
  const siteById = useMemo(() => new Map(sites.map((site) => [site.siteId, site])), [sites]);
  const siteId = siteById.has(params.get("site") ?? "") ? (params.get("site") ?? "") : "";
  const starts = useMemo(() => dayStarts(sites, now), [sites, now]);
  const [{ visits, arrived, ready, failure, truncated }, reload] = useLiveVisits(Math.min(...starts.values()));
  const today = visitsOfToday(visits, starts, siteId);
  useUnknownSites(
    useMemo(() => [...new Set(visits.map((visit) => visit.siteId))].filter((id) => !siteById.has(id)).join(), [visits, siteById]),
  );
  const { phase } = useWatchState();
  const stale = phase === "retrying" || phase === "stopped";
  const newest = today.find((visit) => arrived.has(visit.visitId));

  return (
    <div className="space-y-6">
      <PageHeader title="Live" note={scopeNote(siteId === "" ? sites : sites.filter((site) => site.siteId === siteId), starts)}>
        {sites.length > 1 && (
          <SelectField
            label="Site"
            value={siteId}
            choices={[
              { value: "", label: "All sites" },
              ...sites.map((site) => ({ value: site.siteId, label: site.displayName })),
            ]}
            onChange={(value) => {
              setParams(value === "" ? {} : { site: value }, { replace: true });
            }}
          />
        )}
        <LinkState />
      </PageHeader>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={reload} />}
      <CounterRow counters={ready ? count(today) : undefined} atLeast={truncated} />
      <p role="log" aria-label="Arrivals" className="sr-only">
        {newest && `${visitorName(newest)} at ${siteById.get(newest.siteId)?.displayName ?? "a site"}`}
      </p>
      {ready && today.length === 0 && (
        <EmptyState
          icon={<TeamOutlined />}
          title="No visits yet today"
          hint="This page is listening: the next person that a camera sees appears here by itself."
        >
          <Link to="/visits" className="font-medium text-brand">
            See earlier visits
          </Link>
        </EmptyState>
      )}
      {!ready && !failure && <CardSkeletons />}
      {today.length > 0 && (
        <ul
          aria-label="Visits today"
          className={`grid list-none grid-cols-2 gap-3 p-0 sm:grid-cols-3 sm:gap-4 md:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6 ${stale ? "grayscale" : ""}`}
        >
          {today.slice(0, cards).map((visit) => {
            const site = siteById.get(visit.siteId);
            return (
              <VisitCard
                key={visit.visitId}
                visit={visit}
                siteName={site?.displayName ?? "Removed site"}
                zone={knownZone(site?.timeZone)}
                now={now}
                arrived={arrived.has(visit.visitId)}
                search={params.toString()}
              />
            );
          })}
        </ul>
      )}
      {today.length > cards && (
        <div className="text-center">
          <Button
            onClick={() => {
              setCards(cards + CARDS);
            }}
          >
            Show {Math.min(CARDS, today.length - cards)} more of {today.length - cards}
          </Button>
        </div>
      )}
      <Outlet />
    </div>
  );
}

/** Reads the sites again when a visit names one that was not there: it was just added. */
function useUnknownSites(unknown: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (unknown !== "") void queries.invalidateQueries({ queryKey: SITES_KEY });
  }, [unknown, queries]);
}

/** Says what "today" means here. */
function scopeNote(sites: readonly Site[], starts: ReadonlyMap<string, number>): string {
  const days = new Set(
    sites.map((site) => {
      const zone = knownZone(site.timeZone);
      return `Today since ${timeOfDay(starts.get(site.siteId) ?? 0, zone).slice(0, 5)}, ${zone.replaceAll("_", " ")}`;
    }),
  );
  const [only] = days;
  return days.size === 1 && only !== undefined ? only : "Today, by each site's own business day";
}

function CardSkeletons() {
  return (
    <div
      role="status"
      aria-label="Loading visits"
      className="grid animate-pulse grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 md:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6"
    >
      {Array.from({ length: 6 }, (_, at) => (
        <div key={at} className="h-64 rounded-2xl bg-mute" />
      ))}
    </div>
  );
}
