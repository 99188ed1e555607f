import { CameraOutlined, PictureOutlined } from "@ant-design/icons";
import { createClient } from "@connectrpc/connect";
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useMemo, useState } from "react";

import { useBackend } from "../../api/backend";
import {
  type RecognitionCandidate,
  type Staff,
  StaffService,
  type TestRecognitionResponse,
} from "../../api/gen/footfall/v1/staff_service_pb";
import { useFace, useStaffFace } from "../../api/hooks";
import { fitPicture } from "../../components/faces/enrolment/fitPicture";
import { LandmarkOverlay } from "../../components/faces/enrolment/LandmarkOverlay";
import { PICTURE_TYPES, pickPictures } from "../../components/faces/enrolment/pictureFiles";
import { WebcamCapture } from "../../components/faces/enrolment/WebcamCapture";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ScoreRuler, scoreText } from "../../components/faces/ScoreRuler";
import { FileDropZone } from "../../components/fields/FileDropZone";
import { Sheet } from "../../components/overlay/Sheet";
import { gateRows } from "../../panels/why/gateRows";
import { gateText, gateValue, provenanceText, ruleText } from "../../panels/why/whyTexts";
import { refusalOf } from "./refusal";
import { Section } from "./Section";
import { staffName } from "./staffName";
import { t } from "./texts";
import { verdictOf } from "./verdict";

const TEST_TIMEOUT_MS = 60_000;
const TONES = { good: "bg-tint text-tint-ink", other: "bg-rose text-rose-ink", open: "bg-amber text-amber-ink" } as const;

/** Tries a picture: whom the cameras would take it for, and why. Nothing of it is kept. */
export function FaceRecognitionTest({ staff }: { staff: Staff }) {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(StaffService, transport), [transport]);
  const [webcam, setWebcam] = useState(false);
  const [tried, setTried] = useState<{ readonly picture: Blob; readonly url: string }>();
  const [fault, setFault] = useState<ReturnType<typeof refusalOf>>();
  const test = useMutation({
    mutationFn: async (picture: Blob) => {
      const image = new Uint8Array(await (await fitPicture(picture)).arrayBuffer());
      return client.testRecognition({ staffId: staff.staffId, image }, { timeoutMs: TEST_TIMEOUT_MS });
    },
  });
  useEffect(
    () => () => {
      if (tried) URL.revokeObjectURL(tried.url);
    },
    [tried],
  );
  const run = (picture: Blob) => {
    setFault(undefined);
    setTried({ picture, url: URL.createObjectURL(picture) });
    test.mutate(picture);
  };
  const take = (files: readonly File[]) => {
    const { taken, left } = pickPictures(files, 1);
    const [picture] = taken;
    const [refused] = left;
    if (picture) run(picture);
    else if (refused) {
      setTried(undefined);
      setFault({ title: t(`${refused.fault}Fault`), hint: t(`${refused.fault}FaultHint`, { most: 1 }), measured: undefined, transient: false });
    }
  };
  const failure = fault ?? (test.error ? refusalOf(test.error) : undefined);
  return (
    <Section title={t("testTitle")} note={t("testNote")}>
      <FileDropZone
        icon={<PictureOutlined />}
        accept={PICTURE_TYPES}
        title={t("testDrop")}
        hint={t("testDropHint")}
        choose={t("chooseFile")}
        multiple={false}
        takesPaste={false}
        disabled={test.isPending}
        onFiles={take}
      >
        <Button
          icon={<CameraOutlined aria-hidden="true" />}
          disabled={test.isPending}
          onClick={() => {
            setWebcam(true);
          }}
        >
          {t("useCamera")}
        </Button>
      </FileDropZone>
      {test.isPending && (
        <p role="status" className="text-quiet">
          {t("testing")}
        </p>
      )}
      {failure && (
        <div role="alert" className="flex gap-3 rounded-xl bg-rose px-4 py-3 text-rose-ink">
          {tried && <img src={tried.url} alt="" className="size-16 shrink-0 rounded-lg object-cover" data-testid="face-image" />}
          <div className="min-w-0 flex-1">
            <p className="font-medium">{failure.title}</p>
            <p>{failure.hint}</p>
            {failure.measured !== undefined && <p className="text-xs">{failure.measured}</p>}
          </div>
          {tried && failure.transient && (
            <Button
              onClick={() => {
                test.mutate(tried.picture);
              }}
            >
              {t("tryAgain")}
            </Button>
          )}
        </div>
      )}
      {tried && test.isSuccess && !fault && <Answer staff={staff} url={tried.url} answer={test.data} />}
      {webcam && (
        <Sheet
          title={t("useCamera")}
          shape="middle"
          onClose={() => {
            setWebcam(false);
          }}
        >
          <WebcamCapture
            use={t("testPicture")}
            onPicture={(picture) => {
              setWebcam(false);
              run(picture);
            }}
            onClose={() => {
              setWebcam(false);
            }}
          />
        </Sheet>
      )}
    </Section>
  );
}

function Answer({ staff, url, answer }: { staff: Staff; url: string; answer: TestRecognitionResponse }) {
  const { candidates, thresholds, margin } = answer;
  const [best] = candidates;
  const verdict = verdictOf(answer, staffName(staff), best && nameOf(best));
  return (
    <div className="space-y-5" data-testid="recognition-result">
      <div role="status" className={`rounded-xl px-4 py-3 ${TONES[verdict.tone]}`}>
        <p className="font-medium">{verdict.title}</p>
        <p>{verdict.hint}</p>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <figure className="m-0">
          <div className="relative">
            <FaceFrame status="shown" url={url} alt={t("testedPicture")} fit="contain" className="rounded-xl" />
            <LandmarkOverlay
              label={t("landmarksTested")}
              width={answer.widthPx}
              height={answer.heightPx}
              box={answer.box}
              landmarks={answer.landmarks}
            />
          </div>
          <figcaption className="mt-1 text-xs text-quiet">{t("testedPicture")}</figcaption>
        </figure>
        {best && (
          <figure className="m-0">
            <CandidateFace candidate={best} className="rounded-xl" />
            <figcaption className="mt-1 text-xs text-quiet">{t("closestFace", { name: nameOf(best), provenance: provenanceText(best.provenance) })}</figcaption>
          </figure>
        )}
      </div>
      {thresholds && candidates.length > 0 && (
        <ScoreRuler
          marks={candidates.map((candidate, at) => ({ key: candidate.customerId, label: nameOf(candidate), score: candidate.score, main: at === 0 }))}
          match={thresholds.match}
          fresh={thresholds.new}
          name={t("likeness")}
        />
      )}
      <p>{ruleText(answer.rule)}</p>
      {candidates.length > 0 && (
        <ol aria-label={t("candidates")} className="list-none divide-y divide-line p-0">
          {candidates.map((candidate) => (
            <li key={candidate.customerId} className="flex items-center gap-3 py-2">
              <CandidateFace candidate={candidate} className="size-10 shrink-0 rounded-lg" />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{nameOf(candidate)}</span>
                <span className="text-xs text-quiet">{kindOf(candidate, staff.staffId)}</span>
              </span>
              <span className="tabular-nums">{scoreText(candidate.score)}</span>
            </li>
          ))}
        </ol>
      )}
      {margin !== undefined && thresholds && (
        <p className="text-quiet">{t("marginText", { margin: scoreText(margin), needed: scoreText(thresholds.margin) })}</p>
      )}
      <Gates answer={answer} />
    </div>
  );
}

function Gates({ answer }: { answer: TestRecognitionResponse }) {
  const rows = gateRows(answer.gates);
  if (rows.length === 0) return null;
  return (
    <details>
      <summary className="cursor-pointer font-medium">{t("gates")}</summary>
      <table className="mt-2 w-full text-left text-sm">
        <thead>
          <tr className="text-xs text-quiet">
            <th scope="col" className="py-1 font-medium">
              {t("gate")}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              {t("gateMeasured")}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              {t("gateNeeded")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, value, match }) => {
            const short = match !== undefined && value < match;
            return (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="py-1 font-normal">
                  {gateText(name)}
                </th>
                <td className={`py-1 text-right tabular-nums ${short ? "text-rose-ink" : ""}`}>
                  {gateValue(name, value)}
                  {short && <span className="sr-only"> {t("gateShort")}</span>}
                </td>
                <td className="py-1 text-right tabular-nums">{match === undefined ? "–" : gateValue(name, match)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}

/** The face that was matched: the enrolled one, else the person's best of a camera. */
function CandidateFace({ candidate, className }: { candidate: RecognitionCandidate; className: string }) {
  const enrolled = useStaffFace(candidate.customerId, candidate.staffFaceId);
  const seen = useFace(candidate.staffFaceId === "" ? candidate.imageId : "");
  const shown = candidate.staffFaceId === "" ? seen : enrolled;
  return <FaceFrame status={shown.status} url={shown.url} alt={t("photoOf", { name: nameOf(candidate) })} className={className} />;
}

function nameOf({ displayName, number, isStaff }: RecognitionCandidate): string {
  if (displayName !== "") return displayName;
  if (number === 0n) return t("waitingPerson");
  return isStaff ? t("unnamed", { number: number.toString() }) : t("visitor", { number: number.toString() });
}

function kindOf({ customerId, isStaff, isWaiting }: RecognitionCandidate, staffId: string): string {
  if (customerId === staffId) return t("kindAsked");
  if (isStaff) return t("kindStaff");
  return isWaiting ? t("kindWaiting") : t("kindCustomer");
}
