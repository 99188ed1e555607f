import { Link } from "react-router";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";
import { useFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { KindBadge } from "../../components/status/KindBadge";
import { type VirtualColumn, VirtualTable } from "../../components/table/VirtualTable";
import { visitorName } from "../../components/visitorName";
import { day, span, timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { t } from "./texts";
import { visitTimes } from "./visitTimes";

/** Visits, as far as they were read; a row or card opens its visit beside the table. */
export function VisitTable(props: {
  visits: readonly Visit[];
  siteById: ReadonlyMap<string, Site>;
  busy: boolean;
  search: string;
  hasMore: boolean;
  onMore: () => void;
}) {
  const { visits, siteById, busy, search, hasMore, onMore } = props;
  const siteName = (visit: Visit) => siteById.get(visit.siteId)?.displayName ?? t("removedSite");
  const zoneOf = (visit: Visit) => knownZone(siteById.get(visit.siteId)?.timeZone);
  const opener = (visit: Visit) => (
    <Link
      to={{ pathname: `/visits/${visit.visitId}`, search }}
      preventScrollReset
      className="font-medium text-ink no-underline after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
    >
      {visitorName(visit)}
    </Link>
  );
  const columns: readonly VirtualColumn<Visit>[] = [
    {
      key: "visitor",
      title: t("visitor"),
      cell: (visit) => (
        <span className="flex items-center gap-3">
          <Thumbnail visit={visit} />
          {opener(visit)}
        </span>
      ),
      className: "w-[22%]",
    },
    { key: "kind", title: t("visit"), cell: (visit) => <KindBadge kind={visit.kind} />, className: "w-24" },
    { key: "site", title: t("site"), cell: siteName },
    { key: "day", title: t("day"), cell: (visit) => day(visitTimes(visit).first, zoneOf(visit)), className: "w-40 whitespace-nowrap" },
    {
      key: "from",
      title: t("firstSeen"),
      cell: (visit) => timeOfDay(visitTimes(visit).first, zoneOf(visit)),
      className: "w-28 tabular-nums",
    },
    {
      key: "span",
      title: t("seenFor"),
      cell: (visit) => span(visitTimes(visit).last - visitTimes(visit).first),
      className: "w-28 whitespace-nowrap tabular-nums",
    },
    {
      key: "sightings",
      title: t("sightings"),
      cell: (visit) => visit.sightingCount,
      className: "hidden w-28 text-right tabular-nums xl:table-cell",
    },
  ];
  return (
    <VirtualTable
      caption={t("title")}
      columns={columns}
      rows={visits}
      rowKey={(visit) => visit.visitId}
      busy={busy}
      hasMore={hasMore}
      onMore={onMore}
      card={(visit) => (
        <div className="flex w-full items-center gap-3">
          <Thumbnail visit={visit} large />
          <div className="min-w-0 flex-1">
            <div className="flex items-center justify-between gap-2">
              {opener(visit)}
              <KindBadge kind={visit.kind} />
            </div>
            <p className="truncate text-quiet">{siteName(visit)}</p>
            <p className="text-xs text-quiet tabular-nums">
              {day(visitTimes(visit).first, zoneOf(visit))}, {timeOfDay(visitTimes(visit).first, zoneOf(visit))}
            </p>
          </div>
        </div>
      )}
    />
  );
}

function Thumbnail({ visit, large = false }: { visit: Visit; large?: boolean }) {
  const face = useFace(visit.imageId);
  return (
    <FaceFrame
      status={face.status}
      url={face.url}
      alt=""
      className={`${large ? "size-16 rounded-xl" : "size-10 rounded-lg"} shrink-0`}
    />
  );
}
