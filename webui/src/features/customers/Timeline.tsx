import { ArrowLeftOutlined, ArrowRightOutlined, CameraOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import { Crossing } from "../../api/gen/footfall/v1/camera_settings_pb";
import type { Customer } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace } from "../../api/hooks";
import { EmptyState } from "../../components/feedback/EmptyState";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { day, span, timeOfDay } from "../../time/format";
import { dayStart } from "../../time/zoned";
import { type Places, usePlaces } from "./places";
import { useSightingPages } from "./queries";
import { SplitBar } from "./SplitBar";
import { t } from "./texts";
import { type Stay, timelineOf, type TimelineSighting } from "./timeline";

interface Picking {
  readonly picked: ReadonlySet<string>;
  readonly onPick: (trackIds: readonly string[], picked: boolean) => void;
}

/** Visits and sightings of a customer by day, from which somebody else's can be taken out. */
export function Timeline({ customer, manages }: { customer: Customer; manages: boolean }) {
  const places = usePlaces();
  const pages = useSightingPages(customer.customerId);
  const [picked, setPicked] = useState<ReadonlySet<string>>();
  const sightings = pages.data?.pages.flatMap((page) => page.sightings) ?? [];
  const failure = pages.error ? toAppError(pages.error) : undefined;
  const picking: Picking | undefined = picked && {
    picked,
    onPick: (trackIds, isPicked) => {
      setPicked(isPicked ? new Set([...picked, ...trackIds]) : new Set([...picked].filter((each) => !trackIds.includes(each))));
    },
  };
  return (
    <section aria-labelledby="timeline" className="min-w-0 space-y-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 id="timeline" className="text-base font-semibold">
            {t("timeline.title")}
          </h2>
          <p className="text-quiet">{t("timeline.note")}</p>
        </div>
        {manages && sightings.length > 1 && (
          <Button
            aria-pressed={picked !== undefined}
            onClick={() => {
              setPicked(picked ? undefined : new Set());
            }}
          >
            {t(picked ? "timeline.selecting" : "timeline.select")}
          </Button>
        )}
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <PageSkeleton />}
      {pages.isSuccess && sightings.length === 0 && (
        <EmptyState icon={<CameraOutlined />} title={t("timeline.empty")} hint={t("timeline.emptyHint")} />
      )}
      {timelineOf(sightings, places.clockOf).map(({ date, stays }) => (
        <section key={date} className="space-y-3">
          <h3 className="text-sm font-semibold text-quiet">{day(dayStart(date, "UTC") ?? 0, "UTC")}</h3>
          <ol className="list-none space-y-3 p-0">
            {stays.map((stay) => (
              <li key={stay.key}>
                <StayCard stay={stay} places={places} picking={picking} />
                {stay.awayMs !== undefined && (
                  <p className="mt-3 pl-4 text-xs text-quiet">↑ {t("timeline.away", { span: span(stay.awayMs) })}</p>
                )}
              </li>
            ))}
          </ol>
        </section>
      ))}
      {pages.hasNextPage && (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t("timeline.older")}
        </Button>
      )}
      {picked && picked.size > 0 && (
        <SplitBar
          customer={customer}
          trackIds={[...picked]}
          takesAll={!pages.hasNextPage && picked.size >= sightings.length}
          onClear={() => {
            setPicked(new Set());
          }}
          onDone={() => {
            setPicked(undefined);
          }}
        />
      )}
    </section>
  );
}

function StayCard(props: { stay: Stay; places: Places; picking: Picking | undefined }) {
  const { stay, places, picking } = props;
  const { zone } = places.clockOf(stay.siteId);
  const site = places.siteName(stay.siteId);
  const trackIds = stay.sightings.map(({ sighting }) => sighting.trackId);
  const allPicked = picking !== undefined && trackIds.every((trackId) => picking.picked.has(trackId));
  return (
    <article className="rounded-2xl border border-line bg-surface">
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-3">
        <div className="min-w-0">
          <h4 className="truncate font-medium">
            {stay.visitId === "" ? site : (
              <Link to={`/visits/${stay.visitId}`} className="text-ink hover:text-brand">
                {t("timeline.openVisit", { site })}
              </Link>
            )}
          </h4>
          <p className="text-xs text-quiet tabular-nums">
            {timeOfDay(stay.first, zone)}–{timeOfDay(stay.last, zone)} · {zone.replaceAll("_", " ")} ·{" "}
            {t("timeline.sightings", { count: stay.sightings.length })}
          </p>
        </div>
        {picking ? (
          <label className="flex cursor-pointer items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-brand"
              checked={allPicked}
              onChange={(event) => {
                picking.onPick(trackIds, event.target.checked);
              }}
            />
            {t("timeline.pickAll")}
          </label>
        ) : (
          stay.visitId === "" && <span className="text-xs text-quiet">{t("timeline.staffStay")}</span>
        )}
      </header>
      <ol className="m-0 list-none divide-y divide-line p-0">
        {stay.sightings.map((entry) => (
          <SightingRow key={entry.sighting.trackId} entry={entry} zone={zone} places={places} picking={picking} />
        ))}
      </ol>
    </article>
  );
}

function SightingRow(props: { entry: TimelineSighting; zone: string; places: Places; picking: Picking | undefined }) {
  const { entry, zone, places, picking } = props;
  const { sighting, first, last, unseenMs } = entry;
  const face = useFace(sighting.imageId);
  const time = timeOfDay(first, zone);
  const camera = places.cameraName(sighting.cameraId);
  const picked = picking?.picked.has(sighting.trackId) ?? false;
  return (
    <li className={`px-4 py-2.5 ${picked ? "bg-tint/40" : ""}`}>
      <label className={`flex items-center gap-3 ${picking ? "cursor-pointer" : ""}`}>
        {picking && (
          <input
            type="checkbox"
            className="size-4 shrink-0 accent-brand"
            aria-label={t("timeline.pick", { time, camera })}
            checked={picked}
            onChange={(event) => {
              picking.onPick([sighting.trackId], event.target.checked);
            }}
          />
        )}
        <FaceFrame status={face.status} url={face.url} alt={t("timeline.face", { time })} className="w-14 shrink-0 rounded-lg" />
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="font-medium tabular-nums">{time}</span>
            <span className="text-xs text-quiet tabular-nums">{span(last - first)}</span>
          </span>
          <span className="flex flex-wrap gap-x-3 text-xs text-quiet">
            <span>{camera}</span>
            <span>
              {sighting.score === undefined
                ? t("timeline.founded")
                : t("timeline.score", { score: sighting.score.toFixed(2) })}
            </span>
            <span>{t("timeline.quality", { quality: sighting.qualityScore.toFixed(2) })}</span>
            <CrossingMark crossing={sighting.crossing} />
          </span>
        </span>
      </label>
      {unseenMs !== undefined && unseenMs > GAP_MS && (
        <p className="mt-1 text-xs text-quiet">↓ {t("timeline.unseen", { span: span(unseenMs) })}</p>
      )}
    </li>
  );
}

/** Shorter than this nobody was away, only not before a camera. */
const GAP_MS = 60_000;

function CrossingMark({ crossing }: { crossing: Crossing }) {
  if (crossing === Crossing.IN) {
    return (
      <span>
        <ArrowRightOutlined aria-hidden="true" /> {t("timeline.in")}
      </span>
    );
  }
  if (crossing === Crossing.OUT) {
    return (
      <span>
        <ArrowLeftOutlined aria-hidden="true" /> {t("timeline.out")}
      </span>
    );
  }
  return null;
}
