import { useState } from "react";

import type { Sighting } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { Sheet } from "../../components/overlay/Sheet";
import { day, timeOfDay } from "../../time/format";
import type { Places } from "./places";
import { t } from "./texts";
import { sightingTimes } from "./timeline";

/** A face of a strip; of somebody who only waits no more than the image is known. */
export interface Shot {
  readonly imageId: string;
  readonly sighting?: Sighting;
}

/** Faces of one person at one scale, with camera and date beneath; each can be looked at larger. */
export function Filmstrip({ name, shots, places }: { name: string; shots: readonly Shot[]; places: Places }) {
  const [enlarged, setEnlarged] = useState<Shot>();
  if (shots.length === 0) return <p className="rounded-xl bg-mute px-3 py-6 text-center text-mute-ink">{t("strip.none")}</p>;
  return (
    <>
      <ul aria-label={t("strip.label", { name })} className="m-0 grid list-none grid-cols-2 gap-2 p-0 lg:grid-cols-3">
        {shots.map((shot) => (
          <li key={shot.sighting?.trackId ?? shot.imageId} className="min-w-0">
            <Face
              shot={shot}
              name={name}
              places={places}
              onEnlarge={() => {
                setEnlarged(shot);
              }}
            />
          </li>
        ))}
      </ul>
      {enlarged && (
        <Sheet
          title={t("customer.face", { name })}
          shape="middle"
          onClose={() => {
            setEnlarged(undefined);
          }}
        >
          <Enlarged shot={enlarged} name={name} places={places} />
        </Sheet>
      )}
    </>
  );
}

function Face(props: { shot: Shot; name: string; places: Places; onEnlarge: () => void }) {
  const { shot, name, places, onEnlarge } = props;
  const face = useFace(shot.imageId);
  return (
    <figure className="m-0">
      <button
        type="button"
        aria-label={t("strip.enlarge", { name })}
        className="block w-full cursor-zoom-in rounded-xl border-0 bg-transparent p-0"
        onClick={onEnlarge}
      >
        <FaceFrame status={face.status} url={face.url} alt="" className="rounded-xl" />
      </button>
      <figcaption className="mt-1 text-xs leading-4 text-quiet">{captionOf(shot, places)}</figcaption>
    </figure>
  );
}

function Enlarged({ shot, name, places }: { shot: Shot; name: string; places: Places }) {
  const face = useFace(shot.imageId);
  return (
    <figure className="m-0">
      <FaceFrame status={face.status} url={face.url} alt={t("customer.face", { name })} className="rounded-2xl" />
      <figcaption className="mt-2 text-quiet">{captionOf(shot, places)}</figcaption>
    </figure>
  );
}

function captionOf({ sighting }: Shot, places: Places) {
  if (!sighting) return t("strip.waiting");
  const { zone } = places.clockOf(sighting.siteId);
  const { first } = sightingTimes(sighting);
  return (
    <>
      <span className="block truncate">{places.cameraName(sighting.cameraId)}</span>
      <span className="block tabular-nums">{day(first, zone)}</span>
      <span className="block tabular-nums">{timeOfDay(first, zone)}</span>
    </>
  );
}
