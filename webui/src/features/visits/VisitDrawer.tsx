import { Link, useLocation, useNavigate, useParams } from "react-router";

import { toAppError } from "../../api/errors";
import { Gender } from "../../api/gen/footfall/v1/common_pb";
import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";
import { useCameras, useFace, useSites } from "../../api/hooks";
import { useVisit } from "../../api/useVisit";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { Sheet } from "../../components/overlay/Sheet";
import { KindBadge } from "../../components/status/KindBadge";
import { visitorName } from "../../components/visitorName";
import { WhyOfVisit } from "../../panels/why/WhyOfVisit";
import { day, span, timeOfDay } from "../../time/format";
import { knownZone } from "../../time/zoned";
import { t } from "./texts";
import { visitTimes } from "./visitTimes";

const GENDERS = {
  [Gender.UNSPECIFIED]: "noEstimate",
  [Gender.FEMALE]: "female",
  [Gender.MALE]: "male",
  [Gender.UNKNOWN]: "notCertain",
} as const;

/** Where in the drawer the reasons are: a link may open them at once. */
const WHY = "#why";

/** One visit beside the page that it was opened from; closing goes back there. */
export function VisitDrawer() {
  const { visitId = "" } = useParams();
  const navigate = useNavigate();
  const { search, pathname, hash } = useLocation();
  const visit = useVisit(visitId);
  const failure = visit.error ? toAppError(visit.error) : undefined;
  return (
    <Sheet
      title={t("visit")}
      shape="side"
      onClose={() => void navigate({ pathname: pathname.slice(0, pathname.lastIndexOf("/")), search }, { preventScrollReset: true })}
    >
      {visit.isPending && <PageSkeleton />}
      {failure && !visit.data && <ErrorAlert {...failure} onRetry={() => void visit.refetch()} />}
      {visit.data && <VisitDetails visit={visit.data} why={hash === WHY} />}
    </Sheet>
  );
}

function VisitDetails({ visit, why }: { visit: Visit; why: boolean }) {
  const { search } = useLocation();
  const face = useFace(visit.imageId);
  const sites = useSites();
  const cameras = useCameras();
  const site = sites.data?.find(({ siteId }) => siteId === visit.siteId);
  const zone = knownZone(site?.timeZone);
  const name = visitorName(visit);
  const { first, last } = visitTimes(visit);
  const cameraNames = visit.cameraIds.map(
    (cameraId) => cameras.data?.find((camera) => camera.cameraId === cameraId)?.displayName ?? t("removedCamera"),
  );
  const facts = [
    [t("site"), site?.displayName ?? t("removedSite")],
    [t("day"), day(first, zone)],
    [t("firstSeen"), timeOfDay(first, zone)],
    [t("lastSeen"), timeOfDay(last, zone)],
    [t("seenForAtLeast"), span(last - first)],
    [cameraNames.length === 1 ? t("camera") : t("cameras"), cameraNames.join(", ")],
    [t("sightings"), visit.sightingCount.toString()],
    [t("gender"), t(GENDERS[visit.gender])],
    [t("timeZone"), zone.replaceAll("_", " ")],
  ] as const;
  return (
    <article aria-label={t("visitOf", { name })} className="space-y-5">
      <FaceFrame status={face.status} url={face.url} alt={t("faceOf", { name })} className="rounded-2xl" />
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
      <div className="flex flex-col items-start gap-2">
        <Link to={`/visits?customer=${visit.customerId}`} className="font-medium text-brand">
          {t("allVisitsOf", { name })}
        </Link>
        <Link to={`/customers/${visit.customerId}`} className="font-medium text-brand">
          {t("customerPage", { name })}
        </Link>
      </div>
      <section aria-label={t("why")} className="border-t border-line pt-4">
        {why ? (
          <WhyOfVisit visit={visit} zone={zone} />
        ) : (
          <Link to={{ search, hash: WHY }} replace preventScrollReset className="font-medium text-brand">
            {t("whyThis")}
          </Link>
        )}
      </section>
      <p className="text-xs break-all text-quiet">{t("visitId", { id: visit.visitId })}</p>
    </article>
  );
}
