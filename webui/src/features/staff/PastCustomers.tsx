import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { CustomerService, type Merge } from "../../api/gen/footfall/v1/customer_service_pb";
import { type PastCustomer, type Staff, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { useFace, useStaffFace } from "../../api/hooks";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { ScoreRuler } from "../../components/faces/ScoreRuler";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { day } from "../../time/format";
import { Section } from "./Section";
import { staffName } from "./staffName";
import { t } from "./texts";

/**
 * Customers of the last weeks who may be this staff member: the days before the enrolment, when the person was
 * counted. Whoever is chosen becomes part of the staff member; that can be undone.
 */
export function PastCustomers({ staff, zone, converts }: { staff: Staff; zone: string; converts: boolean }) {
  const { staffId } = staff;
  const queries = useQueryClient();
  const enrolled = staff.enrolledFaceCount > 0;
  const past = useQuery(StaffService.method.listPastCustomers, { staffId }, { enabled: enrolled });
  // What was chosen by hand; whoever surely matches is chosen until somebody says otherwise.
  const [choices, setChoices] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [requestId, setRequestId] = useState(() => crypto.randomUUID());
  const [done, setDone] = useState<Merge>();
  const everythingChanged = {
    onSuccess: (merge: Merge) => {
      setDone(merge);
      setChoices(new Map());
      setRequestId(crypto.randomUUID());
      // Visits, customers, reports and staff are others than they were.
      void queries.invalidateQueries();
    },
  };
  const conversion = useMutation(StaffService.method.convertCustomers, everythingChanged);
  const undo = useMutation(CustomerService.method.unmergeCustomers, everythingChanged);
  const error = past.error ?? conversion.error ?? undo.error;
  const failure = error ? toAppError(error) : undefined;
  const proposals = past.data?.pastCustomers ?? [];
  const isChosen = ({ customerId, matches }: PastCustomer) => choices.get(customerId) ?? matches;
  const chosen = proposals.filter(isChosen);
  const visits = chosen.reduce((sum, { visitCount }) => sum + visitCount, 0);
  const name = staffName(staff);
  return (
    <Section title={t("pastTitle")} note={t("pastNote")}>
      {!enrolled && <p className="text-quiet">{t("pastNeedsFaces")}</p>}
      {enrolled && past.isPending && !failure && <div role="status" aria-label={t("pastLoading")} className="h-24 animate-pulse rounded-xl bg-mute" />}
      {failure && (
        <ErrorAlert
          {...failure}
          requestId={failure.metadata.request_id}
          onRetry={past.error ? () => void past.refetch() : undefined}
        />
      )}
      {done && (
        <div role="status" className="flex flex-wrap items-center justify-between gap-3 rounded-xl bg-tint px-4 py-3 text-tint-ink">
          <span>
            {done.undoTime ? t("undone") : t("converted", { count: done.sourceCustomerIds.length, name })}
          </span>
          {!done.undoTime && (
            <Button
              loading={undo.isPending}
              onClick={() => {
                undo.mutate({ mergeId: done.mergeId });
              }}
            >
              {t("undo")}
            </Button>
          )}
        </div>
      )}
      {past.isSuccess && proposals.length === 0 && (
        <p className="text-quiet">
          {t("pastNobody", { day: past.data.sinceTime ? day(timestampMs(past.data.sinceTime), zone) : "–" })}
        </p>
      )}
      {proposals.length > 0 && (
        <ul aria-label={t("pastTitle")} className="list-none space-y-3 p-0">
          {proposals.map((proposal) => (
            <Proposal
              key={proposal.customerId}
              proposal={proposal}
              staffId={staffId}
              name={name}
              zone={zone}
              threshold={past.data?.threshold ?? 1}
              chosen={isChosen(proposal)}
              onChoose={
                converts
                  ? (on) => {
                      setChoices(new Map(choices).set(proposal.customerId, on));
                    }
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {proposals.length > 0 && !converts && <p className="text-quiet">{t("pastReader")}</p>}
      {proposals.length > 0 && converts && (
        <div className="space-y-2">
          <p className="text-quiet">{chosen.length === 0 ? t("pastChoose") : t("pastEffect", { count: visits })}</p>
          <Button
            type="primary"
            disabled={chosen.length === 0}
            loading={conversion.isPending}
            onClick={() => {
              conversion.mutate({ staffId, customerIds: chosen.map(({ customerId }) => customerId), requestId });
            }}
          >
            {t("convert", { count: chosen.length, name })}
          </Button>
        </div>
      )}
    </Section>
  );
}

/** Two faces side by side, how alike they are, and what would leave the reports. */
function Proposal(props: {
  proposal: PastCustomer;
  staffId: string;
  name: string;
  zone: string;
  threshold: number;
  chosen: boolean;
  onChoose: ((on: boolean) => void) | undefined;
}) {
  const { proposal, staffId, name, zone, threshold, chosen, onChoose } = props;
  const enrolled = useStaffFace(staffId, proposal.staffFaceId);
  const seen = useFace(proposal.imageId);
  const customer = proposal.displayName === "" ? t("visitor", { number: proposal.number.toString() }) : proposal.displayName;
  const from = proposal.firstSeenTime ? day(timestampMs(proposal.firstSeenTime), zone) : "–";
  const to = proposal.lastSeenTime ? day(timestampMs(proposal.lastSeenTime), zone) : "–";
  return (
    <li className={`rounded-xl border p-3 ${chosen && onChoose ? "border-brand" : "border-line"}`}>
      <div className="flex items-center gap-3">
        <FaceFrame status={enrolled.status} url={enrolled.url} alt={t("photoOf", { name })} className="size-14 shrink-0 rounded-lg sm:size-20" />
        <FaceFrame status={seen.status} url={seen.url} alt={t("photoOf", { name: customer })} className="size-14 shrink-0 rounded-lg sm:size-20" />
        <div className="min-w-0 flex-1">
          <p className="truncate font-medium">{customer}</p>
          <p className="text-quiet">{t("visitCount", { count: proposal.visitCount })}</p>
          <p className="text-xs text-quiet">{from === to ? from : t("fromTo", { from, to })}</p>
        </div>
        {onChoose && (
          <input
            type="checkbox"
            className="size-5 shrink-0 accent-brand"
            aria-label={t("choose", { name: customer })}
            checked={chosen}
            onChange={(event) => {
              onChoose(event.target.checked);
            }}
          />
        )}
      </div>
      <ScoreRuler
        marks={[{ key: proposal.customerId, label: customer, score: proposal.score, main: true }]}
        match={threshold}
        name={t("likeness")}
      />
    </li>
  );
}
