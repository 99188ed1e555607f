import { AimOutlined, CameraOutlined, DeleteOutlined, PictureOutlined } from "@ant-design/icons";
import { createClient } from "@connectrpc/connect";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";

import { useBackend } from "../../api/backend";
import { toAppError } from "../../api/errors";
import { FaceVerdict, type Staff, type StaffFace, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { useStaffFace } from "../../api/hooks";
import { FaceUploadTile } from "../../components/faces/enrolment/FaceUploadTile";
import { fitPicture } from "../../components/faces/enrolment/fitPicture";
import { LandmarkOverlay } from "../../components/faces/enrolment/LandmarkOverlay";
import { PICTURE_TYPES, pickPictures } from "../../components/faces/enrolment/pictureFiles";
import { countTurns, turnOf, wantedTurn } from "../../components/faces/enrolment/pose";
import { QualityBar } from "../../components/faces/enrolment/QualityBar";
import { WebcamCapture } from "../../components/faces/enrolment/WebcamCapture";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FileDropZone } from "../../components/fields/FileDropZone";
import { Sheet } from "../../components/overlay/Sheet";
import { fileRefusal, refusalOf } from "../../panels/picture/refusal";
import { FaceUploads } from "./faceUploads";
import { Section } from "./Section";
import { staffName } from "./staffName";
import { t } from "./texts";
import { useStaffChanged } from "./useStaffChanged";

/** A picture waits for its turn in the core; longer than this it is not coming. */
const CHECK_TIMEOUT_MS = 60_000;
const MOST_FACES = 20;
/** From here on a picture is a good one; below, another one helps. */
const GOOD_QUALITY = 0.6;

/** The faces that a staff member is known by: what is there, and how more come in. */
export function StaffFaceGallery({ staff, manages }: { staff: Staff; manages: boolean }) {
  const { staffId } = staff;
  const faces = useQuery(StaffService.method.listFaces, { staffId });
  const uploads = useFaceUploads(staffId);
  const tiles = useSyncExternalStore(uploads.subscribe, uploads.current);
  const [webcam, setWebcam] = useState(false);
  const [deleting, setDeleting] = useState<StaffFace>();
  const [outlined, setOutlined] = useState(false);
  const failure = faces.error ? toAppError(faces.error) : undefined;
  const shown = faces.data?.faces ?? [];
  const most = faces.data?.mostFaces ?? MOST_FACES;
  const room = Math.max(0, most - shown.length - uploads.underWay());
  const accepts = manages && !staff.left && faces.isSuccess;
  const take = (files: readonly File[]) => {
    const { taken, left } = pickPictures(files, room);
    for (const { file, fault } of left) {
      const full = { title: t("countFault"), hint: t("countFaultHint", { most }), measured: undefined, transient: false };
      uploads.refuse(file.name, fault === "count" ? full : fileRefusal(fault));
    }
    if (taken.length > 0) uploads.add(taken.map((picture) => ({ name: picture.name, picture })));
  };
  return (
    <Section title={t("faces")} note={t("facesNote")}>
      {staff.left && <p className="rounded-xl bg-mute px-4 py-3 text-mute-ink">{t("leftFaces")}</p>}
      {accepts && (
        <FileDropZone
          icon={<PictureOutlined />}
          accept={PICTURE_TYPES}
          title={room > 0 ? t("dropTitle") : t("fullTitle", { count: most })}
          hint={room > 0 ? t("dropHint", { count: room }) : t("fullHint")}
          choose={t("chooseFiles")}
          multiple
          takesPaste
          disabled={room === 0}
          onFiles={take}
        >
          <Button
            icon={<CameraOutlined aria-hidden="true" />}
            disabled={room === 0}
            onClick={() => {
              setWebcam(true);
            }}
          >
            {t("useCamera")}
          </Button>
        </FileDropZone>
      )}
      {tiles.length > 0 && (
        <ul aria-label={t("newPictures")} className="list-none space-y-2 p-0">
          {tiles.map(({ id, name, url, progress }) => (
            <FaceUploadTile
              key={id}
              name={name}
              url={url}
              progress={progress}
              onRetry={() => {
                uploads.retry(id);
              }}
              onDismiss={() => {
                uploads.dismiss(id);
              }}
            />
          ))}
        </ul>
      )}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void faces.refetch()} />}
      {faces.isPending && !failure && <div role="status" aria-label={t("loadingFaces")} className="h-40 animate-pulse rounded-xl bg-mute" />}
      {faces.isSuccess && shown.length === 0 && <p className="text-quiet">{manages && !staff.left ? t("noFacesYet") : t("noFaces")}</p>}
      {shown.length > 0 && (
        <>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <Advice faces={shown} />
            <Button
              size="small"
              icon={<AimOutlined aria-hidden="true" />}
              aria-pressed={outlined}
              type={outlined ? "primary" : "default"}
              onClick={() => {
                setOutlined(!outlined);
              }}
            >
              {t("landmarks")}
            </Button>
          </div>
          <ul aria-label={t("enrolledFaces")} className="grid list-none grid-cols-2 gap-3 p-0 sm:grid-cols-3 lg:grid-cols-4">
            {shown.map((face, at) => (
              <EnrolledFace
                key={face.faceId}
                face={face}
                number={at + 1}
                name={staffName(staff)}
                outlined={outlined}
                onDelete={
                  manages
                    ? () => {
                        setDeleting(face);
                      }
                    : undefined
                }
              />
            ))}
          </ul>
        </>
      )}
      {webcam && (
        <Sheet
          title={t("useCamera")}
          shape="middle"
          onClose={() => {
            setWebcam(false);
          }}
        >
          <WebcamCapture
            use={t("addPicture")}
            onPicture={(picture) => {
              uploads.add([{ name: t("fromCamera"), picture }]);
              setWebcam(false);
            }}
            onClose={() => {
              setWebcam(false);
            }}
          />
        </Sheet>
      )}
      {deleting && (
        <DeleteFaceDialog
          face={deleting}
          last={shown.length === 1}
          name={staffName(staff)}
          onClose={() => {
            setDeleting(undefined);
          }}
        />
      )}
    </Section>
  );
}

/** The uploads of this page; they are cancelled with it. */
function useFaceUploads(staffId: string): FaceUploads {
  const { transport } = useBackend();
  const changed = useStaffChanged();
  const uploads = useMemo(() => {
    const client = createClient(StaffService, transport);
    return new FaceUploads({
      send: async (picture, requestId, signal) => {
        const image = new Uint8Array(await (await fitPicture(picture)).arrayBuffer());
        const face = await client.addFace({ staffId, image, requestId }, { signal, timeoutMs: CHECK_TIMEOUT_MS });
        void changed();
        return face.quality?.score ?? 0;
      },
      explain: refusalOf,
      newId: () => crypto.randomUUID(),
    });
  }, [transport, staffId, changed]);
  useEffect(
    () => () => {
      uploads.close();
    },
    [uploads],
  );
  return uploads;
}

/** What another picture should show, as long as one would help. */
function Advice({ faces }: { faces: readonly StaffFace[] }) {
  const good = faces.filter((face) => face.verdict === FaceVerdict.ACCEPTED);
  const wanted = wantedTurn(countTurns(good.map(({ landmarks }) => landmarks)));
  const best = Math.max(...good.map(({ quality }) => quality?.score ?? 0));
  if (best < GOOD_QUALITY) return <p className="text-amber-ink">{t("adviseQuality")}</p>;
  if (wanted) return <p className="text-amber-ink">{t(`advise-${wanted}`)}</p>;
  return <p className="text-tint-ink">{t("adviseNothing")}</p>;
}

function EnrolledFace(props: {
  face: StaffFace;
  number: number;
  name: string;
  outlined: boolean;
  onDelete: (() => void) | undefined;
}) {
  const { face, number, name, outlined, onDelete } = props;
  const image = useStaffFace(face.staffId, face.faceId);
  const turn = turnOf(face.landmarks);
  const score = face.quality?.score ?? 0;
  return (
    <li className="space-y-2" data-testid="enrolled-face">
      <div className="relative">
        <FaceFrame
          status={image.status}
          url={image.url}
          alt={t("faceOf", { name, number })}
          fit={outlined ? "contain" : "cover"}
          className="rounded-xl"
        />
        {outlined && image.status === "shown" && (
          <LandmarkOverlay
            label={t("landmarksOf", { number })}
            width={face.widthPx}
            height={face.heightPx}
            box={face.box}
            landmarks={face.landmarks}
          />
        )}
        {onDelete && (
          <Button
            size="small"
            icon={<DeleteOutlined />}
            className="absolute! top-1.5 right-1.5"
            aria-label={t("deleteFaceNumber", { number })}
            title={t("delete")}
            onClick={onDelete}
          />
        )}
      </div>
      <QualityBar label={t("qualityOfFace", { number })} value={score} good={score >= GOOD_QUALITY} />
      <p className="text-xs text-quiet">
        {[turn && t(`turn-${turn}`), face.closestOwnScore !== undefined && t("likeOwn", { score: face.closestOwnScore.toFixed(2) })]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </li>
  );
}

function DeleteFaceDialog(props: { face: StaffFace; last: boolean; name: string; onClose: () => void }) {
  const { face, last, name, onClose } = props;
  const changed = useStaffChanged();
  const deletion = useMutation(StaffService.method.deleteFace, {
    onSuccess: async () => {
      await changed();
      onClose();
    },
  });
  const failure = deletion.error ? toAppError(deletion.error) : undefined;
  return (
    <Sheet title={t("deleteFaceTitle")} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        <p>{t("deleteFaceNote")}</p>
        {last && <p className="rounded-xl bg-amber px-4 py-3 text-amber-ink">{t("deleteLastFace", { name })}</p>}
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            type="primary"
            danger
            loading={deletion.isPending}
            onClick={() => {
              deletion.mutate({ staffId: face.staffId, faceId: face.faceId });
            }}
          >
            {t("delete")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
