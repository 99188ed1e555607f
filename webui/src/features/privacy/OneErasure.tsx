import { Button } from "antd";

import { toAppError } from "../../api/errors";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { useActorName } from "../../panels/audit/useActorName";
import { ErasureFacts } from "./ErasureFacts";
import { t } from "./texts";
import { useErasure } from "./useErasures";

/** The erasure that somebody came to look at, until its receipt is there and after. */
export function OneErasure({ erasureId, onClose }: { erasureId: string; onClose: () => void }) {
  const erasure = useErasure(erasureId);
  const actorOf = useActorName();
  const failure = erasure.error ? toAppError(erasure.error) : undefined;
  return (
    <section aria-labelledby="one-erasure" className="space-y-3 rounded-2xl border border-brand bg-surface p-5">
      <div className="flex items-center justify-between gap-4">
        <h2 id="one-erasure" className="text-base font-semibold">
          {t("thisErasure")}
        </h2>
        <Button onClick={onClose}>{t("close")}</Button>
      </div>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void erasure.refetch()} />}
      {!failure && erasure.isPending && <PageSkeleton />}
      <div role="status">{erasure.data && <ErasureFacts erasure={erasure.data} actorOf={actorOf} />}</div>
    </section>
  );
}
