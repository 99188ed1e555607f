import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { type Visit, VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SelectField } from "../../components/fields/SelectField";
import { timeOfDay } from "../../time/format";
import { t } from "./texts";
import { WhyPanel } from "./WhyPanel";

/** Why the sightings of a visit are this person's: each one that is still known, the newest first. */
export function WhyOfVisit({ visit, zone }: { visit: Visit; zone: string }) {
  const explained = useQuery(VisitService.method.explainVisit, { visitId: visit.visitId });
  const [chosen, setChosen] = useState("");
  if (explained.isPending) return <PageSkeleton />;
  if (explained.error) {
    return <ErrorAlert {...toAppError(explained.error)} onRetry={() => void explained.refetch()} />;
  }
  const { explanations } = explained.data;
  const shown = explanations.find(({ eventId }) => eventId === chosen) ?? explanations[0];
  if (!shown) return <p className="text-quiet">{t("tooOld")}</p>;
  return (
    <div className="space-y-4">
      {explanations.length > 1 && (
        <SelectField
          label={t("sighting")}
          value={shown.eventId}
          choices={explanations.map((each, at) => ({
            value: each.eventId,
            label: t("sightingChoice", {
              number: explanations.length - at,
              total: explanations.length,
              time: each.decideTime ? timeOfDay(timestampMs(each.decideTime), zone) : "?",
            }),
          }))}
          onChange={setChosen}
        />
      )}
      <WhyPanel key={shown.eventId} explanation={shown} imageId={shown.imageId === "" ? visit.imageId : shown.imageId} zone={zone} />
    </div>
  );
}
