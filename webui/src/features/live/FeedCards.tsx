import { EyeInvisibleOutlined, TeamOutlined } from "@ant-design/icons";
import { memo, useRef, useState } from "react";
import { Link } from "react-router";

import { FaceOutcome } from "../../api/gen/footfall/v1/ingest_service_pb";
import type { Visit } from "../../api/gen/footfall/v1/visit_service_pb";
import { useFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { KindBadge } from "../../components/status/KindBadge";
import { useInView } from "../../components/useInView";
import { visitorName } from "../../components/visitorName";
import { timeOfDay } from "../../time/format";
import { useAgo } from "../../time/useAgo";
import { startOf, type Uncounted } from "./tally";
import { t } from "./texts";

/** What is off the screen is neither laid out nor drawn: hundreds of cards move whenever somebody comes. */
const CARD = "relative overflow-hidden rounded-2xl border bg-surface [contain-intrinsic-size:auto_18rem] [content-visibility:auto]";

/** One visit: who, where, when, and whether for the first time. The whole card opens the visit. */
export const VisitCard = memo(function VisitCard(props: {
  visit: Visit;
  siteName: string;
  zone: string;
  /** It came while the page was open; "fresh" for the minute in which it stands out. */
  arrival: "none" | "fresh" | "past";
  /** Whether it comes with so many that it comes quietly. */
  isRush: () => boolean;
  search: string;
}) {
  const { visit, siteName, zone, arrival, isRush, search } = props;
  const [quiet] = useState(isRush);
  const card = useRef<HTMLLIElement>(null);
  // A face is fetched when somebody can see it: under a storm of visits most cards are gone before.
  const face = useFace(useInView(card) ? visit.imageId : "");
  const name = visitorName(visit);
  const start = startOf(visit);
  const opened = { pathname: `/live/${visit.visitId}`, search };
  return (
    <li
      ref={card}
      data-testid="visit-card"
      data-visit={visit.visitId}
      className={`${CARD} transition-colors duration-1000 hover:border-brand ${arrival === "none" || quiet ? "" : "animate-arrive"} ${
        arrival === "fresh" ? "border-brand" : "border-line"
      }`}
    >
      <FaceFrame status={face.status} url={face.url} alt={t("faceOf", { name })} quiet={quiet} />
      <div className="space-y-1 p-3">
        <div className="flex items-center justify-between gap-2">
          <Link
            to={opened}
            preventScrollReset
            className="truncate font-semibold text-ink no-underline after:absolute after:inset-0 after:rounded-2xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
          >
            {name}
          </Link>
          <KindBadge kind={visit.kind} />
        </div>
        <div className="flex items-center justify-between gap-2">
          <p className="truncate text-quiet">{siteName}</p>
          <Link
            to={{ ...opened, hash: "#why" }}
            preventScrollReset
            aria-label={t("whyName", { name })}
            className="relative z-10 -my-1 shrink-0 py-1 text-xs font-medium text-brand"
          >
            {t("why")}
          </Link>
        </div>
        <Moment start={start} zone={zone} />
      </div>
    </li>
  );
});

/** Somebody in no visit. There is no face to it, and nothing that says who it was. */
export const UncountedCard = memo(function UncountedCard(props: {
  seen: Uncounted;
  place: string;
  zone: string;
  isRush: () => boolean;
}) {
  const { seen, place, zone, isRush } = props;
  const [quiet] = useState(isRush);
  const staff = seen.outcome === FaceOutcome.STAFF;
  return (
    <li data-testid="uncounted-card" className={`${CARD} ${quiet ? "" : "animate-arrive"} border-dashed border-edge`}>
      <div className="grid aspect-square place-items-center bg-mute text-4xl text-mute-ink" aria-hidden="true">
        {staff ? <TeamOutlined /> : <EyeInvisibleOutlined />}
      </div>
      <div className="space-y-1 p-3">
        <p className="truncate font-semibold">{staff ? t("staffCard") : t("unidentifiedCard")}</p>
        <p className="truncate text-quiet">{staff ? t("staffCardNote") : t("unidentifiedCardNote")}</p>
        <p className="truncate text-quiet">{place}</p>
        <Moment start={seen.start} zone={zone} />
      </div>
    </li>
  );
});

function Moment({ start, zone }: { start: number; zone: string }) {
  const ago = useAgo(start);
  return (
    <p className="flex justify-between gap-2 text-xs text-quiet tabular-nums">
      <time dateTime={new Date(start).toISOString()}>{timeOfDay(start, zone)}</time>
      <span>{ago}</span>
    </p>
  );
}
