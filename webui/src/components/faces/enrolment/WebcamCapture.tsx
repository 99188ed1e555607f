import { CameraOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";

import { SelectField } from "../../fields/SelectField";
import { CameraError, type CameraFault, closeCamera, listCameras, openCamera } from "./camera";
import { drawJpeg } from "./fitPicture";
import { t } from "./texts";

interface Shot {
  readonly picture: Blob;
  readonly url: string;
}

/** Said when it is shown: the language may have changed since this file was loaded. */
function faultTexts(fault: CameraFault): { title: string; hint: string } {
  return { title: t(`${fault}Title`), hint: t(`${fault}Hint`) };
}

/**
 * Takes a picture with a camera of this device. The preview is a mirror, as people expect of themselves; the
 * picture is not. The camera is off as soon as this is gone.
 */
export function WebcamCapture(props: { use: string; onPicture: (picture: Blob) => void; onClose: () => void }) {
  const { use, onPicture, onClose } = props;
  const video = useRef<HTMLVideoElement>(null);
  const [deviceId, setDeviceId] = useState("");
  const [attempt, setAttempt] = useState(0);
  const [cameras, setCameras] = useState<Awaited<ReturnType<typeof listCameras>>>([]);
  const [state, setState] = useState<"opening" | "open" | CameraFault>("opening");
  const [shot, setShot] = useState<Shot>();

  useEffect(() => {
    let gone = false;
    let stream: MediaStream | undefined;
    const open = async () => {
      try {
        const opened = await openCamera(deviceId);
        if (gone) {
          closeCamera(opened);
          return;
        }
        stream = opened;
        for (const track of opened.getVideoTracks()) {
          track.addEventListener("ended", () => {
            if (!gone) setState("failed");
          });
        }
        if (video.current) {
          video.current.srcObject = opened;
          await video.current.play();
        }
        setCameras(await listCameras());
      } catch (error) {
        // Playing ends with the page; only a camera that says why is a fault of the camera.
        if (!gone) setState(error instanceof CameraError ? error.fault : "failed");
      }
    };
    void open();
    return () => {
      gone = true;
      if (stream) closeCamera(stream);
    };
  }, [deviceId, attempt]);

  useEffect(
    () => () => {
      if (shot) URL.revokeObjectURL(shot.url);
    },
    [shot],
  );

  const take = async () => {
    const source = video.current;
    if (!source || source.videoWidth === 0) return;
    try {
      const picture = await drawJpeg(source, source.videoWidth, source.videoHeight);
      setShot({ picture, url: URL.createObjectURL(picture) });
    } catch {
      setState("failed");
    }
  };
  const retake = () => {
    setShot(undefined);
  };
  const fault = state === "opening" || state === "open" ? undefined : faultTexts(state);
  return (
    <div className="space-y-4">
      {fault ? (
        <div role="alert" className="rounded-xl bg-rose px-4 py-3 text-rose-ink">
          <p className="font-medium">{fault.title}</p>
          <p>{fault.hint}</p>
        </div>
      ) : (
        <div className="relative aspect-[4/3] overflow-hidden rounded-2xl bg-black" data-testid="webcam" data-state={shot ? "taken" : state}>
          <video
            ref={video}
            muted
            playsInline
            aria-label={t("mirror")}
            className="absolute inset-0 size-full -scale-x-100 object-contain"
            onPlaying={() => {
              setState("open");
            }}
          />
          {shot && <img src={shot.url} alt={t("taken")} className="absolute inset-0 size-full bg-black object-contain" />}
          {!shot && state === "open" && (
            <svg viewBox="0 0 400 300" aria-hidden="true" className="pointer-events-none absolute inset-0 size-full">
              <ellipse cx="200" cy="145" rx="78" ry="104" className="fill-none stroke-white/80 [stroke-dasharray:6_6] [stroke-width:2px]" />
            </svg>
          )}
          {!shot && state === "opening" && (
            <p role="status" className="absolute inset-0 grid place-items-center text-white">
              {t("waitingForCamera")}
            </p>
          )}
        </div>
      )}
      {!fault && !shot && <p className="text-quiet">{t("guide")}</p>}
      <div className="flex flex-wrap items-center justify-end gap-3">
        {cameras.length > 1 && !shot && (
          <span className="mr-auto">
            <SelectField
              label={t("camera")}
              value={deviceId}
              choices={[
                { value: "", label: t("defaultCamera") },
                ...cameras.map((camera, at) => ({
                  value: camera.deviceId,
                  label: camera.label === "" ? t("cameraNumber", { number: String(at + 1) }) : camera.label,
                })),
              ]}
              onChange={(chosen) => {
                setState("opening");
                setDeviceId(chosen);
              }}
            />
          </span>
        )}
        <Button onClick={onClose}>{t("close")}</Button>
        {fault && (
          <Button
            type="primary"
            onClick={() => {
              setState("opening");
              setAttempt(attempt + 1);
            }}
          >
            {t("tryAgain")}
          </Button>
        )}
        {shot && <Button onClick={retake}>{t("takeAgain")}</Button>}
        {shot && (
          <Button
            type="primary"
            onClick={() => {
              onPicture(shot.picture);
              retake();
            }}
          >
            {use}
          </Button>
        )}
        {!fault && !shot && (
          <Button type="primary" icon={<CameraOutlined aria-hidden="true" />} disabled={state !== "open"} onClick={() => void take()}>
            {t("takePicture")}
          </Button>
        )}
      </div>
    </div>
  );
}
