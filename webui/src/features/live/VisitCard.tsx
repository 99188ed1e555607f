import { Link } from "react-router";

import { useFace } from "../../api/hooks";
import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { KindBadge } from "../../components/status/KindBadge";
import { visitorName } from "../../components/visitorName";
import { ago, timeOfDay } from "../../time/format";
import { startOf } from "./liveVisits";

/** One visit: who, where, when, and whether for the first time. The whole card opens the visit. */
export function VisitCard(props: {
  visit: Visit;
  siteName: string;
  zone: string;
  now: number;
  arrived: boolean;
  search: string;
}) {
  const { visit, siteName, zone, now, arrived, search } = props;
  const face = useFace(visit.imageId);
  const name = visitorName(visit);
  const start = startOf(visit);
  const age = Math.max(0, now - start);
  return (
    <li
      data-testid="visit-card"
      data-visit={visit.visitId}
      className={`relative overflow-hidden rounded-2xl border bg-surface transition-colors duration-1000 hover:border-brand ${
        arrived ? "animate-arrive" : ""
      } ${arrived && age < 60_000 ? "border-brand" : "border-line"}`}
    >
      <FaceFrame status={face.status} url={face.url} alt={`Face of ${name}`} />
      <div className="space-y-1 p-3">
        <div className="flex items-center justify-between gap-2">
          <Link
            to={{ pathname: `/live/${visit.visitId}`, search }}
            preventScrollReset
            className="truncate font-semibold text-ink no-underline after:absolute after:inset-0 after:rounded-2xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
          >
            {name}
          </Link>
          <KindBadge kind={visit.kind} />
        </div>
        <p className="truncate text-quiet">{siteName}</p>
        <p className="flex justify-between gap-2 text-xs text-quiet tabular-nums">
          <time dateTime={new Date(start).toISOString()}>{timeOfDay(start, zone)}</time>
          <span>{ago(age)}</span>
        </p>
      </div>
    </li>
  );
}
