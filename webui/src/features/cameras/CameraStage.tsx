import { Button } from "antd";
import { useState } from "react";

import type { Reading } from "../../api/fleet";
import { type Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ImagePolicy } from "../../api/gen/footfall/v1/camera_settings_pb";
import type { Site } from "../../api/gen/footfall/v1/site_service_pb";
import { ZoneShapes } from "../../components/overlay/ZoneShapes";
import { FaceList } from "./FaceList";
import { PreviewFaces } from "./PreviewFaces";
import { PreviewFrame } from "./PreviewFrame";
import { t } from "./texts";
import { usePreview } from "./usePreview";
import { ZoneWorkshop } from "./ZoneWorkshop";
import { zonesOf } from "./zonesOf";

/** The picture of a camera: watched, or drawn on. */
export function CameraStage(props: {
  camera: Camera;
  site: Site | undefined;
  reading: Reading | undefined;
  zone: string;
  manages: boolean;
}) {
  const { camera, site, reading, zone, manages } = props;
  const [wanted, setWanted] = useState(true);
  const [drawing, setDrawing] = useState(false);
  const [overlay, setOverlay] = useState(true);
  const forbidden = site?.imagePolicy === ImagePolicy.NONE || camera.settings?.imagePolicy === ImagePolicy.NONE;
  const isRead = reading !== undefined && camera.enabled !== false;
  const preview = usePreview(camera.cameraId, wanted && isRead && !forbidden);
  const [natural, setNatural] = useState<{ readonly width: number; readonly height: number }>();
  const size = natural ?? sizeOf(reading);
  const frame = (children?: React.ReactNode) => (
    <PreviewFrame
      name={camera.displayName}
      preview={preview}
      absence={forbidden ? "forbidden" : isRead ? undefined : "unread"}
      size={size}
      zone={zone}
      onSize={setNatural}
    >
      {children}
    </PreviewFrame>
  );
  const zones = zonesOf(camera.settings);
  if (drawing) {
    return (
      <ZoneWorkshop
        camera={camera}
        size={size}
        picture={frame()}
        onClose={() => {
          setDrawing(false);
        }}
      />
    );
  }
  return (
    <section aria-label={t("livePicture")} className="space-y-3">
      {frame(
        overlay && (
          <svg
            aria-hidden="true"
            viewBox={`0 0 ${size.width} ${size.height}`}
            preserveAspectRatio="none"
            className="pointer-events-none absolute inset-0 size-full"
          >
            <ZoneShapes zones={zones} {...size} />
            {preview.phase === "live" && <PreviewFaces faces={preview.picture?.faces ?? []} {...size} />}
          </svg>
        ),
      )}
      <div className="flex flex-wrap items-center gap-2">
        {isRead && !forbidden && (
          <Button
            onClick={() => {
              setWanted(!wanted);
            }}
          >
            {wanted ? t("pause") : t("goOn")}
          </Button>
        )}
        <Button
          onClick={() => {
            setOverlay(!overlay);
          }}
        >
          {overlay ? t("hideOverlay") : t("showOverlay")}
        </Button>
        {manages && (
          <Button
            type="primary"
            onClick={() => {
              setDrawing(true);
            }}
          >
            {t("editZones")}
          </Button>
        )}
        <p className="text-quiet">
          {t("masksCount", { count: zones.masks.length })} {zones.line ? t("hasLine") : t("hasNoLine")}
        </p>
      </div>
      <FaceList preview={preview} />
    </section>
  );
}

/** How large the picture is as the worker says, until one was seen. */
function sizeOf(reading: Reading | undefined) {
  const { width = 0, height = 0 } = reading?.health ?? {};
  return width > 0 && height > 0 ? { width, height } : { width: 1280, height: 720 };
}
