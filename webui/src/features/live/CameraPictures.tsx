import { useRef } from "react";

import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { useInView } from "../../components/useInView";
import { timeOfDay } from "../../time/format";
import { t } from "./texts";
import { SNAPSHOT_EVERY_MS, useSnapshot } from "./useSnapshot";

/** What the cameras see, refreshed. Only what is on the screen is asked for. */
export function CameraPictures(props: { cameras: readonly Camera[]; zoneOf: (siteId: string) => string }) {
  const { cameras, zoneOf } = props;
  return (
    <section aria-label={t("pictures")} className="space-y-2">
      <p className="text-xs text-quiet">{t("picturesNote", { seconds: SNAPSHOT_EVERY_MS / 1000 })}</p>
      <ul className="grid list-none grid-cols-1 gap-3 p-0 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-4">
        {cameras.map((camera) => (
          <Picture key={camera.cameraId} camera={camera} zone={zoneOf(camera.siteId)} />
        ))}
      </ul>
    </section>
  );
}

function Picture({ camera, zone }: { camera: Camera; zone: string }) {
  const item = useRef<HTMLLIElement>(null);
  const { url, at, failure } = useSnapshot(camera.cameraId, useInView(item));
  const name = camera.displayName;
  return (
    <li ref={item} className="overflow-hidden rounded-xl border border-line bg-surface">
      <div className="relative grid aspect-video place-items-center bg-mute text-mute-ink">
        {url === undefined ? (
          <p role="status" className={`px-4 text-center ${failure ? "" : "animate-pulse"}`}>
            {failure ? failure.title : t("pictureLoading", { name })}
          </p>
        ) : (
          <img
            src={url}
            alt={t("pictureOf", { name })}
            data-testid="camera-picture"
            className={`absolute inset-0 size-full object-contain ${failure ? "opacity-50 grayscale" : ""}`}
          />
        )}
      </div>
      <p className="truncate px-3 py-2 text-quiet tabular-nums">
        {at === undefined ? name : t("pictureAt", { name, time: timeOfDay(at, zone) })}
        {url !== undefined && failure && <span className="text-danger"> · {failure.title}</span>}
      </p>
    </li>
  );
}
