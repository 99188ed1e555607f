import { UserOutlined } from "@ant-design/icons";
import { Button } from "antd";

import type { FindErasureSubjectsResponse } from "../../api/gen/footfall/v1/erasure_service_pb";
import type { RecognitionCandidate } from "../../api/gen/footfall/v1/staff_service_pb";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ScoreRuler, scoreText } from "../../components/faces/ScoreRuler";
import { EmptyState } from "../../components/feedback/EmptyState";
import { StateBadge } from "../../components/status/StateBadge";
import { CandidateFace } from "../../panels/picture/CandidateFace";
import { candidateName } from "../../panels/picture/candidateName";
import { t } from "./texts";

/** Whom the picture resembles, each beside it; or that there is nobody. */
export function Candidates(props: {
  url: string;
  found: FindErasureSubjectsResponse;
  onChoose: (candidate: RecognitionCandidate) => void;
}) {
  const { url, found, onChoose } = props;
  const { candidates, thresholds } = found;
  if (candidates.length === 0) {
    return (
      <div role="status">
        <EmptyState icon={<UserOutlined />} title={t("nobody")} hint={t("nobodyHint")} />
      </div>
    );
  }
  const match = thresholds?.match ?? 1;
  return (
    <section aria-labelledby="candidates" className="space-y-4">
      <div role="status">
        <h2 id="candidates" className="text-base font-semibold">
          {t("found", { count: candidates.length })}
        </h2>
        <p className="text-quiet">{t("foundNote")}</p>
      </div>
      {thresholds && (
        <ScoreRuler
          marks={candidates.map((candidate, at) => ({
            key: candidate.customerId,
            label: candidateName(candidate),
            score: candidate.score,
            main: at === 0,
          }))}
          match={match}
          fresh={thresholds.new}
          name={t("likeness")}
        />
      )}
      <ol aria-labelledby="candidates" className="list-none space-y-3 p-0">
        {candidates.map((candidate) => (
          <li key={candidate.customerId} className="rounded-2xl border border-line bg-surface p-4" data-testid="candidate">
            <Candidate
              url={url}
              candidate={candidate}
              match={match}
              onChoose={() => {
                onChoose(candidate);
              }}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Candidate(props: { url: string; candidate: RecognitionCandidate; match: number; onChoose: () => void }) {
  const { url, candidate, match, onChoose } = props;
  const name = candidateName(candidate);
  const matches = candidate.score >= match;
  return (
    <div className="flex flex-col gap-4 sm:flex-row">
      <div className="grid shrink-0 grid-cols-2 gap-3 sm:w-72">
        <figure className="m-0">
          <FaceFrame status="shown" url={url} alt={t("yourPicture")} fit="contain" className="rounded-xl" />
          <figcaption className="mt-1 text-xs text-quiet">{t("yourPicture")}</figcaption>
        </figure>
        <figure className="m-0">
          <CandidateFace candidate={candidate} className="rounded-xl" />
          <figcaption className="mt-1 text-xs text-quiet">{t("bestPicture")}</figcaption>
        </figure>
      </div>
      <div className="min-w-0 flex-1 space-y-2">
        <div>
          <p className="font-medium break-words">{name}</p>
          <p className="text-quiet">{[kindOf(candidate), t("likenessOf", { score: scoreText(candidate.score) })].filter(Boolean).join(" · ")}</p>
        </div>
        <StateBadge tone={matches ? "good" : "quiet"}>{t(matches ? "wouldMatch" : "wouldNotMatch")}</StateBadge>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pt-1">
          <Button aria-label={t("chooseOf", { name })} onClick={onChoose}>
            {t("choose")}
          </Button>
          {!candidate.isWaiting && (
            <a
              href={`/${candidate.isStaff ? "staff" : "customers"}/${candidate.customerId}`}
              target="_blank"
              rel="noreferrer"
              aria-label={t("lookAtPageOf", { name })}
              className="font-medium text-brand"
            >
              {t("lookAtPage")}
            </a>
          )}
        </div>
      </div>
    </div>
  );
}

function kindOf({ isStaff, isWaiting }: RecognitionCandidate): string {
  if (isStaff) return t("works");
  return isWaiting ? t("waits") : "";
}
