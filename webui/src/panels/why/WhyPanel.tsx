import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import type { ExplainedCandidate, Explanation } from "../../api/gen/footfall/v1/explanation_pb";
import { useCameras, useFace } from "../../api/hooks";
import { FaceTile } from "../../components/faces/FaceTile";
import { ScoreRuler, scoreText } from "../../components/faces/ScoreRuler";
import { day, span, timeOfDay } from "../../time/format";
import { gateRows } from "./gateRows";
import { SplitAction } from "./SplitAction";
import { t } from "./texts";
import { gateText, gateValue, outcomeText, provenanceText, ruleText } from "./whyTexts";

/**
 * Why one picture was decided as it was: the face beside the one that it was matched with, the score on the scale
 * that held then, who came second, what was measured of the picture, and the rule of the visit.
 */
export function WhyPanel(props: {
  explanation: Explanation;
  /** The face that was seen; "" when none is kept. */
  imageId: string;
  /** The site's zone. */
  zone: string;
}) {
  const { explanation, imageId, zone } = props;
  const { candidates, thresholds, outcome, rule, margin } = explanation;
  const cameras = useCameras();
  const seen = useFace(imageId);
  const [best, second] = candidates;
  const decided = explanation.decideTime ? timestampMs(explanation.decideTime) : undefined;
  const camera = cameras.data?.find(({ cameraId }) => cameraId === explanation.cameraId)?.displayName ?? t("removedCamera");
  return (
    <div className="space-y-5" data-testid="why">
      <div>
        <p className="font-semibold">{outcomeText(outcome)}</p>
        <p className="text-quiet">{ruleText(rule)}</p>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <FaceTile
          image={seen}
          alt={t("seenFace")}
          title={t("seen")}
          note={decided === undefined ? camera : t("seenAt", { camera, time: timeOfDay(decided, zone) })}
        />
        {best && <Candidate candidate={best} />}
      </div>
      {thresholds && (
        <Part title={t("howAlike")}>
          <ScoreRuler
            match={thresholds.match}
            fresh={thresholds.new}
            marks={candidates.map((candidate, at) => ({
              key: `${at} ${candidate.customerId}`,
              label: at === 0 ? t("best") : t("place", { number: at + 1 }),
              score: candidate.score,
              main: at === 0,
            }))}
            name={t("similarity")}
          />
          <dl className="divide-y divide-line">
            {second && (
              <Fact term={t("runnerUp")}>
                <PersonName candidate={second} />, {scoreText(second.score)}
              </Fact>
            )}
            {margin !== undefined && (
              <Fact term={t("aheadBy")}>{t("ahead", { margin: scoreText(margin), needed: scoreText(thresholds.margin) })}</Fact>
            )}
            <Fact term={t("comparedWith")}>
              {t(thresholds.scope === "site" ? "peopleOfSite" : "peopleOfAll", { count: thresholds.gallerySize })}
            </Fact>
            <Fact term={t("targetRate")}>{t("ofStrangers", { percent: (thresholds.targetRate * 100).toFixed(2) })}</Fact>
            <Fact term={t("thresholdsFrom")}>{thresholds.source}</Fact>
            <Fact term={t("model")}>{explanation.modelId}</Fact>
          </dl>
        </Part>
      )}
      {explanation.gates.length > 0 && (
        <Part title={t("picture")}>
          <Gates explanation={explanation} />
        </Part>
      )}
      {explanation.excludedCustomerIds.length > 0 && (
        <p className="text-quiet">
          {t("excluded", { count: explanation.excludedCustomerIds.length })}
        </p>
      )}
      {explanation.visit && (
        <Part title={t("visit")}>
          <dl className="divide-y divide-line">
            <Fact term={t("joined")}>{t("atMost", { span: span(Number(explanation.visit.visitGapSeconds) * 1000) })}</Fact>
            <Fact term={t("businessDay")}>{day(Date.parse(`${explanation.visit.businessDay}T12:00:00Z`), "UTC")}</Fact>
            <Fact term={t("sightings")}>{explanation.visit.sightingCount}</Fact>
            <Fact term={t("rule")}>{t("version", { version: explanation.visit.ruleVersion })}</Fact>
          </dl>
        </Part>
      )}
      {explanation.customerId !== "" && (
        <div className="flex flex-wrap items-center gap-3 border-t border-line pt-4">
          <Link to={pageOf(explanation.customerId, explanation.isStaff)} className="font-medium text-brand">
            {t(explanation.isStaff ? "staffPage" : "customerPage")}
          </Link>
          {!explanation.isStaff && (
            <Link to={`/visits?customer=${explanation.customerId}`} className="font-medium text-brand">
              {t("allVisits")}
            </Link>
          )}
          <SplitAction customerId={explanation.customerId} trackId={explanation.trackId} />
        </div>
      )}
    </div>
  );
}

function useCandidate(candidate: ExplainedCandidate) {
  // Who waits is no customer yet, and has no page.
  return useQuery(CustomerService.method.getCustomer, { customerId: candidate.customerId }, { enabled: !candidate.isWaiting });
}

function Candidate({ candidate }: { candidate: ExplainedCandidate }) {
  const customer = useCandidate(candidate);
  const face = useFace(customer.data?.imageId ?? "");
  return (
    <FaceTile
      image={customer.isLoading ? { status: "loading", url: undefined } : face}
      alt={t("closestFace")}
      title={<PersonName candidate={candidate} />}
      note={`${scoreText(candidate.score)}, ${provenanceText(candidate.provenance)}`}
    />
  );
}

function PersonName({ candidate }: { candidate: ExplainedCandidate }) {
  const customer = useCandidate(candidate).data;
  if (candidate.isWaiting) return t("waiting");
  if (!customer) return t("known");
  const name = customer.displayName === "" ? t("visitor", { number: customer.number.toString() }) : customer.displayName;
  return (
    <Link to={pageOf(customer.customerId, candidate.isStaff)} className="text-brand">
      {candidate.isStaff ? t("staffName", { name }) : name}
    </Link>
  );
}

/** A staff member goes by the id of the person that they are. */
function pageOf(customerId: string, isStaff: boolean): string {
  return `/${isStaff ? "staff" : "customers"}/${customerId}`;
}

function Gates({ explanation }: { explanation: Explanation }) {
  return (
    <table className="w-full border-collapse text-left tabular-nums">
      <caption className="sr-only">{t("gates")}</caption>
      <thead>
        <tr className="text-xs text-quiet">
          <th scope="col" className="py-1 font-normal">
            {t("measured")}
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            {t("value")}
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            {t("toMatch")}
          </th>
          <th scope="col" className="py-1 text-right font-normal">
            {t("toBeNew")}
          </th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {gateRows(explanation.gates).map(({ name, value, match, create }) => (
          <tr key={name}>
            <th scope="row" className="py-1.5 font-normal text-quiet">
              {gateText(name)}
            </th>
            <td className="py-1.5 text-right">{gateValue(name, value)}</td>
            <Needed name={name} value={value} needed={match} />
            <Needed name={name} value={value} needed={create} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Needed({ name, value, needed }: { name: string; value: number; needed: number | undefined }) {
  if (needed === undefined) return <td />;
  const passed = value >= needed;
  return (
    <td className={`py-1.5 text-right ${passed ? "text-quiet" : "font-medium text-rose-ink"}`}>
      {gateValue(name, needed)} <span aria-hidden="true">{passed ? "✓" : "✗"}</span>
      <span className="sr-only">{passed ? t("reached") : t("notReached")}</span>
    </td>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-1">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-6 py-1.5">
      <dt className="text-quiet">{term}</dt>
      <dd className="text-right break-words">{children}</dd>
    </div>
  );
}
