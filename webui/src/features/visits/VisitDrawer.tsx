import { Link, useLocation, useNavigate, useParams } from "react-router";

import { toAppError } from "../../api/errors";
import { Gender } from "../../api/gen/footfall/v1/common_pb";
import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";
import { useCameras, useFace, useSites, useVisit } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { Sheet } from "../../components/overlay/Sheet";
import { KindBadge } from "../../components/status/KindBadge";
import { visitorName } from "../../components/visitorName";
import { day, span, timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { visitTimes } from "./visitTimes";

const GENDERS: Readonly<Record<Gender, string>> = {
  [Gender.UNSPECIFIED]: "No estimate",
  [Gender.FEMALE]: "Female (estimate)",
  [Gender.MALE]: "Male (estimate)",
  [Gender.UNKNOWN]: "Not certain",
};

/** One visit beside the page that it was opened from; closing goes back there. */
export function VisitDrawer() {
  const { visitId = "" } = useParams();
  const navigate = useNavigate();
  const { search, pathname } = useLocation();
  const visit = useVisit(visitId);
  const failure = visit.error ? toAppError(visit.error) : undefined;
  return (
    <Sheet
      title="Visit"
      shape="side"
      onClose={() => void navigate({ pathname: pathname.slice(0, pathname.lastIndexOf("/")), search }, { preventScrollReset: true })}
    >
      {visit.isPending && <PageSkeleton />}
      {failure && !visit.data && <ErrorAlert {...failure} onRetry={() => void visit.refetch()} />}
      {visit.data && <VisitDetails visit={visit.data} />}
    </Sheet>
  );
}

function VisitDetails({ visit }: { visit: Visit }) {
  const face = useFace(visit.imageId);
  const sites = useSites();
  const cameras = useCameras();
  const site = sites.data?.find(({ siteId }) => siteId === visit.siteId);
  const zone = knownZone(site?.timeZone);
  const name = visitorName(visit);
  const { first, last } = visitTimes(visit);
  const cameraNames = visit.cameraIds.map(
    (cameraId) => cameras.data?.find((camera) => camera.cameraId === cameraId)?.displayName ?? "Removed camera",
  );
  const facts = [
    ["Site", site?.displayName ?? "Removed site"],
    ["Day", day(first, zone)],
    ["First seen", timeOfDay(first, zone)],
    ["Last seen", timeOfDay(last, zone)],
    ["Seen for at least", span(last - first)],
    [cameraNames.length === 1 ? "Camera" : "Cameras", cameraNames.join(", ")],
    ["Sightings", visit.sightingCount.toString()],
    ["Apparent gender", GENDERS[visit.gender]],
    ["Time zone", zone.replaceAll("_", " ")],
  ] as const;
  return (
    <article aria-label={`Visit of ${name}`} className="space-y-5">
      <FaceFrame status={face.status} url={face.url} alt={`Face of ${name}`} className="rounded-2xl" />
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-xl font-semibold tracking-tight">{name}</h2>
        <KindBadge kind={visit.kind} />
      </div>
      <dl className="divide-y divide-line">
        {facts.map(([term, fact]) => (
          <div key={term} className="flex justify-between gap-6 py-2">
            <dt className="text-quiet">{term}</dt>
            <dd className="text-right">{fact}</dd>
          </div>
        ))}
      </dl>
      <Link to={`/visits?customer=${visit.customerId}`} className="inline-block font-medium text-brand">
        All visits of {name}
      </Link>
      <p className="text-xs break-all text-quiet">Visit {visit.visitId}</p>
    </article>
  );
}
