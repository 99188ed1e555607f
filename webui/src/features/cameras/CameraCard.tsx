import { ReloadOutlined, VideoCameraOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useRef } from "react";
import { Link } from "react-router";

import type { Reading } from "../../api/fleet";
import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import type { Beat } from "../../components/machines/beats";
import type { Condition } from "../../components/machines/conditions";
import { HeartbeatBar } from "../../components/machines/HeartbeatBar";
import { StateBadge } from "../../components/machines/StateBadge";
import { useInView } from "../../components/useInView";
import { timeOfDay } from "../../time/format";
import { BlobImage } from "./BlobImage";
import { frameText } from "./frameText";
import { t } from "./texts";
import type { Turns } from "./turns";
import { useSnapshot } from "./useSnapshot";

/** One camera: what it sees, how it does, since when. */
export function CameraCard(props: {
  camera: Camera;
  condition: Condition;
  reading: Reading | undefined;
  beats: readonly Beat[];
  zone: string;
  now: number;
  turns: Turns;
}) {
  const { camera, condition, reading, beats, zone, now, turns } = props;
  const name = camera.displayName;
  return (
    <li
      data-testid="camera-card"
      className="relative flex flex-col overflow-hidden rounded-2xl border border-line bg-surface focus-within:border-brand hover:border-brand"
    >
      <Thumbnail camera={camera} isRead={condition.tone === "good"} zone={zone} turns={turns} />
      <div className="flex flex-1 flex-col gap-2 p-4">
        <div className="flex items-start justify-between gap-3">
          <h3 className="min-w-0 truncate font-semibold">
            <Link to={`/cameras/${camera.cameraId}`} className="text-ink no-underline after:absolute after:inset-0">
              {name}
            </Link>
          </h3>
          <StateBadge condition={condition} />
        </div>
        {condition.hint !== "" && <p className="text-quiet">{condition.hint}</p>}
        <p className="text-xs text-quiet tabular-nums">{frameText(reading, now)}</p>
        <div className="mt-auto">
          <HeartbeatBar beats={beats} zone={zone} />
        </div>
      </div>
    </li>
  );
}

function Thumbnail(props: { camera: Camera; isRead: boolean; zone: string; turns: Turns }) {
  const { camera, isRead, zone, turns } = props;
  const frame = useRef<HTMLDivElement>(null);
  const inView = useInView(frame);
  const { blob, at, failure, busy } = useSnapshot(camera.cameraId, inView && isRead, turns);
  const queries = useQueryClient();
  const forbidden = failure?.reason === ErrorReason.IMAGES_NOT_ALLOWED;
  return (
    <div ref={frame} className="relative aspect-video bg-mute text-mute-ink">
      {blob ? (
        <BlobImage
          blob={blob}
          alt={t("pictureOf", { name: camera.displayName })}
          className={`absolute inset-0 size-full object-contain ${isRead ? "" : "opacity-60 grayscale"}`}
        />
      ) : (
        <div className={`absolute inset-0 grid place-items-center p-4 text-center ${busy ? "animate-pulse" : ""}`}>
          <div>
            <VideoCameraOutlined aria-hidden="true" className="text-2xl opacity-40" />
            <p className="mt-1 text-xs">
              {busy ? t("pictureLoading") : forbidden ? t("pictureForbidden") : isRead && failure ? failure.title : t("noPicture")}
            </p>
          </div>
        </div>
      )}
      {at !== undefined && (
        <span className="absolute bottom-2 left-2 rounded-md bg-black/65 px-1.5 py-0.5 text-xs text-white tabular-nums">
          {timeOfDay(at, zone)}
        </span>
      )}
      {isRead && !forbidden && (
        <Button
          size="small"
          className="absolute! right-2 bottom-2 z-10"
          icon={<ReloadOutlined />}
          loading={busy}
          aria-label={t("refreshPicture", { name: camera.displayName })}
          title={t("refresh")}
          onClick={() => {
            void queries.invalidateQueries({ queryKey: ["snapshots", camera.cameraId] });
          }}
        />
      )}
    </div>
  );
}
