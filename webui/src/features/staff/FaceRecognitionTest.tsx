import { createClient } from "@connectrpc/connect";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { useBackend } from "../../api/backend";
import {
  type RecognitionCandidate,
  type Staff,
  StaffService,
  type TestRecognitionResponse,
} from "../../api/gen/footfall/v1/staff_service_pb";
import { fitPicture } from "../../components/faces/enrolment/fitPicture";
import { LandmarkOverlay } from "../../components/faces/enrolment/LandmarkOverlay";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ScoreRuler, scoreText } from "../../components/faces/ScoreRuler";
import { CandidateFace } from "../../panels/picture/CandidateFace";
import { candidateName } from "../../panels/picture/candidateName";
import { PictureInput } from "../../panels/picture/PictureInput";
import { RefusalAlert } from "../../panels/picture/RefusalAlert";
import { type PictureRefusal, refusalOf } from "../../panels/picture/refusal";
import { useShownPicture } from "../../panels/picture/useShownPicture";
import { gateRows } from "../../panels/why/gateRows";
import { gateText, gateValue, provenanceText, ruleText } from "../../panels/why/whyTexts";
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
  const [tried, show] = useShownPicture();
  const [fault, setFault] = useState<PictureRefusal>();
  const test = useMutation({
    mutationFn: async (picture: Blob) => {
      const image = new Uint8Array(await (await fitPicture(picture)).arrayBuffer());
      return client.testRecognition({ staffId: staff.staffId, image }, { timeoutMs: TEST_TIMEOUT_MS });
    },
  });
  const failure = fault ?? (test.error ? refusalOf(test.error) : undefined);
  return (
    <Section title={t("testTitle")} note={t("testNote")}>
      <PictureInput
        title={t("testDrop")}
        hint={t("testDropHint")}
        use={t("testPicture")}
        disabled={test.isPending}
        onPicture={(picture) => {
          setFault(undefined);
          show(picture);
          test.mutate(picture);
        }}
        onRefused={(refusal) => {
          show(undefined);
          setFault(refusal);
        }}
      />
      {test.isPending && (
        <p role="status" className="text-quiet">
          {t("testing")}
        </p>
      )}
      {failure && (
        <RefusalAlert
          refusal={failure}
          url={tried?.url}
          onRetry={() => {
            if (tried) test.mutate(tried.picture);
          }}
        />
      )}
      {tried && test.isSuccess && !fault && <Answer staff={staff} url={tried.url} answer={test.data} />}
    </Section>
  );
}

function Answer({ staff, url, answer }: { staff: Staff; url: string; answer: TestRecognitionResponse }) {
  const { candidates, thresholds, margin } = answer;
  const [best] = candidates;
  const verdict = verdictOf(answer, staffName(staff), best && candidateName(best));
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
            <figcaption className="mt-1 text-xs text-quiet">{t("closestFace", { name: candidateName(best), provenance: provenanceText(best.provenance) })}</figcaption>
          </figure>
        )}
      </div>
      {thresholds && candidates.length > 0 && (
        <ScoreRuler
          marks={candidates.map((candidate, at) => ({ key: candidate.customerId, label: candidateName(candidate), score: candidate.score, main: at === 0 }))}
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
                <span className="block truncate font-medium">{candidateName(candidate)}</span>
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

function kindOf({ customerId, isStaff, isWaiting }: RecognitionCandidate, staffId: string): string {
  if (customerId === staffId) return t("kindAsked");
  if (isStaff) return t("kindStaff");
  return isWaiting ? t("kindWaiting") : t("kindCustomer");
}
