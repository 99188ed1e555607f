import { PauseOutlined, CaretRightOutlined, TeamOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useCallback, useEffect, useMemo, useState } from "react";
import { Link, Outlet, useSearchParams } from "react-router";

import { toAppError } from "../../api/errors";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { useFleet } from "../../api/fleet";
import { SITES_KEY, useSites, useWatchState } from "../../api/hooks";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SelectField } from "../../components/fields/SelectField";
import { PageHeader } from "../../components/PageHeader";
import { visitorName } from "../../components/visitorName";
import { timeOfDay } from "../../time/format";
import { useNow } from "../../time/useNow";
import { knownZone, localZone } from "../../time/zoned";
import { CameraPictures } from "./CameraPictures";
import { CounterRow } from "./CounterRow";
import { UncountedCard, VisitCard } from "./FeedCards";
import { LinkState } from "./LinkState";
import type { LiveFeed, LiveSnapshot } from "./liveFeed";
import { dayStarts, type FeedItem, feedOf, filterOf, KINDS, type LiveFilter, staffIn, uncountedOfToday, visitsOfToday } from "./scope";
import { StatusStrip } from "./StatusStrip";
import { count } from "./tally";
import { t } from "./texts";
import { useLiveFeed } from "./useLiveFeed";

/** How many cards are drawn before somebody asks for more, and at most: a page of thousands would stand still. */
const CARDS = 60;
const MOST_CARDS = 200;
const TICK_MS = 10_000;
/** How long who just came stands out. */
const FRESH_MS = 60_000;

const KIND_TEXTS = { "": "kindAll", new: "kindNew", repeat: "kindRepeat", uncounted: "kindUncounted" } as const;
const GRID = "grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 md:grid-cols-4 xl:grid-cols-5 2xl:grid-cols-6";

export function LivePage() {
  const sites = useSites();
  if (sites.isPending) return <PageSkeleton />;
  if (sites.isError && !sites.data) {
    return (
      <div className="space-y-6">
        <PageHeader title={t("title")} />
        <ErrorAlert {...toAppError(sites.error)} onRetry={() => void sites.refetch()} />
      </div>
    );
  }
  if (sites.data.length === 0) {
    return (
      <div className="space-y-6">
        <PageHeader title={t("title")} />
        <EmptyState icon={<TeamOutlined />} title={t("noSite")} hint={t("noSiteHint")}>
          <Link to="/sites" className="font-medium text-brand">
            {t("setUp")}
          </Link>
        </EmptyState>
      </div>
    );
  }
  return <LiveOfSites sites={sites.data} />;
}

function LiveOfSites({ sites }: { sites: readonly Site[] }) {
  const [params, setParams] = useSearchParams();
  const fleet = useFleet().data;
  const cameras = fleet?.cameras ?? NO_CAMERAS;
  const now = useNow(TICK_MS);
  const siteById = useMemo(() => new Map(sites.map((site) => [site.siteId, site])), [sites]);
  const cameraById = useMemo(() => new Map(cameras.map((camera) => [camera.cameraId, camera])), [cameras]);
  const zoneOf = useCallback((siteId: string) => knownZone(siteById.get(siteId)?.timeZone), [siteById]);
  const filter = filterOf(params, { sites: new Set(siteById.keys()), cameras: new Set(cameraById.keys()) });
  const starts = useMemo(() => dayStarts(sites, now), [sites, now]);
  const [snapshot, feed] = useLiveFeed(Math.min(...starts.values()));
  useUnknownSites(snapshot, siteById);
  const { phase } = useWatchState();
  const narrow = (change: Partial<Record<"site" | "camera" | "kind" | "pictures", string>>) => {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(change)) {
      if (value === "") next.delete(name);
      else next.set(name, value);
    }
    setParams(next, { replace: true });
  };
  const today = visitsOfToday(snapshot.visits, filter, starts);
  const uncounted = uncountedOfToday(snapshot.uncounted, filter, starts);
  const isHere = (place: { siteId: string; cameraId?: string }) =>
    (filter.siteId === "" || place.siteId === filter.siteId) && (filter.cameraId === "" || (place.cameraId ?? filter.cameraId) === filter.cameraId);
  const camerasHere = cameras.filter(isHere);
  const pictures = params.get("pictures") === "1";
  const staff = staffIn(uncounted);
  const shownSites = filter.siteId === "" ? sites : sites.filter(({ siteId }) => siteId === filter.siteId);

  return (
    <div className="space-y-5">
      <PageHeader title={t("title")} note={scopeNote(shownSites, starts)}>
        <PauseButton feed={feed} waiting={snapshot.waiting} />
        <LinkState />
      </PageHeader>
      <Filters sites={sites} cameras={cameras} filter={filter} onChange={narrow} />
      {snapshot.failure && <ErrorAlert {...snapshot.failure} requestId={snapshot.failure.metadata.request_id} onRetry={feed.start} />}
      <CounterRow
        counters={snapshot.ready ? count(today) : undefined}
        uncounted={
          snapshot.uncountedSince === undefined
            ? undefined
            : {
                staff,
                unidentified: uncounted.length - staff,
                since: timeOfDay(snapshot.uncountedSince, localZone()).slice(0, 5),
              }
        }
        atLeast={snapshot.truncated}
      />
      {fleet && <StatusStrip cameras={camerasHere} workers={fleet.workers.filter(({ siteId }) => isHere({ siteId }))} zoneOf={zoneOf} />}
      {camerasHere.length > 0 && (
        <Button
          onClick={() => {
            narrow({ pictures: pictures ? "" : "1" });
          }}
        >
          {pictures ? t("hidePictures") : t("showPictures")}
        </Button>
      )}
      {pictures && <CameraPictures cameras={camerasHere.filter(({ enabled }) => enabled !== false)} zoneOf={zoneOf} />}
      <Feed
        isRush={feed.isRush}
        snapshot={snapshot}
        items={(most) => feedOf(today, uncounted, filter.kind, most)}
        siteById={siteById}
        cameraById={cameraById}
        zoneOf={zoneOf}
        filtered={filter.siteId !== "" || filter.cameraId !== "" || filter.kind !== ""}
        search={params.toString()}
        now={now}
        stale={phase === "retrying" || phase === "stopped"}
      />
      <Outlet />
    </div>
  );
}

const NO_CAMERAS: readonly Camera[] = [];

function Filters(props: {
  sites: readonly Site[];
  cameras: readonly Camera[];
  filter: LiveFilter;
  onChange: (change: { site?: string; camera?: string; kind?: string }) => void;
}) {
  const { sites, cameras, filter, onChange } = props;
  const choosable = cameras.filter(({ siteId }) => filter.siteId === "" || siteId === filter.siteId);
  return (
    <div className="flex flex-wrap gap-2">
      {sites.length > 1 && (
        <SelectField
          label={t("site")}
          value={filter.siteId}
          choices={[{ value: "", label: t("allSites") }, ...sites.map(({ siteId, displayName }) => ({ value: siteId, label: displayName }))]}
          onChange={(site) => {
            onChange({ site, camera: "" });
          }}
        />
      )}
      {choosable.length > 1 && (
        <SelectField
          label={t("camera")}
          value={filter.cameraId}
          choices={[
            { value: "", label: t("allCameras") },
            ...choosable.map(({ cameraId, displayName }) => ({ value: cameraId, label: displayName })),
          ]}
          onChange={(camera) => {
            onChange({ camera });
          }}
        />
      )}
      <SelectField
        label={t("kind")}
        value={filter.kind}
        choices={KINDS.map((kind) => ({ value: kind, label: t(KIND_TEXTS[kind]) }))}
        onChange={(kind) => {
          onChange({ kind });
        }}
      />
    </div>
  );
}

function PauseButton({ feed, waiting }: { feed: LiveFeed; waiting: number | undefined }) {
  const paused = waiting !== undefined;
  return (
    <>
      {paused && (
        <span role="status" className="text-quiet" data-testid="waiting">
          {waiting === 0 ? t("paused") : t("waiting", { count: waiting })}
        </span>
      )}
      <Button
        type={paused ? "primary" : "default"}
        icon={paused ? <CaretRightOutlined aria-hidden="true" /> : <PauseOutlined aria-hidden="true" />}
        onClick={paused ? feed.resume : feed.pause}
      >
        {paused ? t("resume") : t("pause")}
      </Button>
    </>
  );
}

function Feed(props: {
  snapshot: LiveSnapshot;
  items: (most: number) => readonly FeedItem[];
  siteById: ReadonlyMap<string, Site>;
  cameraById: ReadonlyMap<string, Camera>;
  zoneOf: (siteId: string) => string;
  filtered: boolean;
  search: string;
  now: number;
  stale: boolean;
  isRush: () => boolean;
}) {
  const { snapshot, items, siteById, cameraById, zoneOf, filtered, search, now, stale, isRush } = props;
  const { arrived, ready, failure } = snapshot;
  const [cards, setCards] = useState(CARDS);
  const all = items(MOST_CARDS + 1);
  const shown = all.slice(0, cards);
  const newest = shown.find(({ visit }) => visit !== undefined && arrived.has(visit.visitId))?.visit?.visit;
  const siteName = (siteId: string) => siteById.get(siteId)?.displayName;
  return (
    <>
      <p role="log" aria-label={t("arrivals")} className="sr-only">
        {newest && t("arrivedAt", { name: visitorName(newest), site: siteName(newest.siteId) ?? t("aSite") })}
      </p>
      {ready && all.length === 0 && (
        <EmptyState
          icon={<TeamOutlined />}
          title={filtered ? t("noMatch") : t("noVisits")}
          hint={filtered ? t("noMatchHint") : t("noVisitsHint")}
        >
          <Link to="/visits" className="font-medium text-brand">
            {t("earlier")}
          </Link>
        </EmptyState>
      )}
      {!ready && !failure && <CardSkeletons />}
      {shown.length > 0 && (
        <ul aria-label={t("feed")} className={`list-none p-0 ${GRID} ${stale ? "grayscale" : ""}`}>
          {shown.map(({ key, visit, seen }) =>
            seen ? (
              <UncountedCard
                key={key}
                seen={seen}
                isRush={isRush}
                place={cameraById.get(seen.cameraId)?.displayName ?? t("removedCamera")}
                zone={zoneOf(seen.siteId)}
              />
            ) : (
              visit.visit && (
                <VisitCard
                  key={key}
                  visit={visit.visit}
                  siteName={siteName(visit.siteId) ?? t("removedSite")}
                  zone={zoneOf(visit.siteId)}
                  arrival={arrived.has(visit.visitId) ? (now - visit.start < FRESH_MS ? "fresh" : "past") : "none"}
                  isRush={isRush}
                  search={search}
                />
              )
            ),
          )}
        </ul>
      )}
      {all.length > cards && cards < MOST_CARDS && (
        <div className="text-center">
          <Button
            onClick={() => {
              setCards(Math.min(MOST_CARDS, cards + CARDS));
            }}
          >
            {t("more", { count: Math.min(CARDS, MOST_CARDS - cards, all.length - cards) })}
          </Button>
        </div>
      )}
      {all.length > MOST_CARDS && cards >= MOST_CARDS && (
        <p className="text-center text-quiet">
          {t("mostShown", { count: MOST_CARDS })}{" "}
          <Link to="/visits" className="font-medium text-brand">
            {t("all")}
          </Link>
        </p>
      )}
    </>
  );
}

/** Reads the sites again when a visit names one that was not there: it was just added. */
function useUnknownSites({ visits }: LiveSnapshot, siteById: ReadonlyMap<string, Site>): void {
  const queries = useQueryClient();
  const unknown = useMemo(
    () => [...new Set(visits.map(({ siteId }) => siteId))].filter((siteId) => !siteById.has(siteId)).join(),
    [visits, siteById],
  );
  useEffect(() => {
    if (unknown !== "") void queries.invalidateQueries({ queryKey: SITES_KEY });
  }, [unknown, queries]);
}

/** Says what "today" means here. */
function scopeNote(sites: readonly Site[], starts: ReadonlyMap<string, number>): string {
  const days = new Set(
    sites.map((site) => {
      const zone = knownZone(site.timeZone);
      return t("todaySince", { time: timeOfDay(starts.get(site.siteId) ?? 0, zone).slice(0, 5), zone: zone.replaceAll("_", " ") });
    }),
  );
  const [only] = days;
  return days.size === 1 && only !== undefined ? only : t("todayOfEach");
}

function CardSkeletons() {
  return (
    <div role="status" aria-label={t("loadingVisits")} className={`animate-pulse ${GRID}`}>
      {Array.from({ length: 6 }, (_, at) => (
        <div key={at} className="h-64 rounded-2xl bg-mute" />
      ))}
    </div>
  );
}
