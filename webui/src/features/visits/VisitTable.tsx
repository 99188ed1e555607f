import { Link } from "react-router";

import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";
import { useFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { KindBadge } from "../../components/status/KindBadge";
import { type Column, PagedTable } from "../../components/table/PagedTable";
import { visitorName } from "../../components/visitorName";
import { day, span, timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { visitTimes } from "./visitTimes";

/** One page of visits; a row or card opens its visit beside the table. */
export function VisitTable(props: {
  visits: readonly Visit[];
  siteById: ReadonlyMap<string, Site>;
  busy: boolean;
  search: string;
  page: number;
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
}) {
  const { visits, siteById, busy, search, page, onPrevious, onNext } = props;
  const siteName = (visit: Visit) => siteById.get(visit.siteId)?.displayName ?? "Removed site";
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
  const columns: readonly Column<Visit>[] = [
    {
      key: "visitor",
      title: "Visitor",
      cell: (visit) => (
        <span className="flex items-center gap-3">
          <Thumbnail visit={visit} />
          {opener(visit)}
        </span>
      ),
    },
    { key: "kind", title: "Visit", cell: (visit) => <KindBadge kind={visit.kind} /> },
    { key: "site", title: "Site", cell: siteName },
    { key: "day", title: "Day", cell: (visit) => day(visitTimes(visit).first, zoneOf(visit)), className: "whitespace-nowrap" },
    {
      key: "from",
      title: "First seen",
      cell: (visit) => timeOfDay(visitTimes(visit).first, zoneOf(visit)),
      className: "tabular-nums",
    },
    {
      key: "span",
      title: "Seen for",
      cell: (visit) => span(visitTimes(visit).last - visitTimes(visit).first),
      className: "whitespace-nowrap tabular-nums",
    },
    {
      key: "sightings",
      title: "Sightings",
      cell: (visit) => visit.sightingCount,
      className: "hidden text-right tabular-nums xl:table-cell",
    },
  ];
  return (
    <PagedTable
      caption="Visits"
      columns={columns}
      rows={visits}
      rowKey={(visit) => visit.visitId}
      busy={busy}
      page={page}
      onPrevious={onPrevious}
      onNext={onNext}
      card={(visit) => (
        <div className="flex items-center gap-3">
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
