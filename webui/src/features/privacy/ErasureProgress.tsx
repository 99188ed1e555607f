import type { Erasure } from "../../api/gen/footfall/v1/erasure_service_pb";
import { toAppError } from "../../api/errors";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { ProgressBar } from "../../components/feedback/ProgressBar";
import { LinkButton } from "../../components/LinkButton";
import { useActorName } from "../../panels/audit/useActorName";
import { isOpen } from "../../panels/erasure/erasures";
import { ErasureFacts } from "./ErasureFacts";
import { StepTitle } from "./StepTitle";
import { t } from "./texts";
import { useErasure } from "./useErasures";

/** What became of an erasure that was just asked for, until there is a receipt to take along. */
export function ErasureProgress({ made }: { made: Erasure }) {
  const read = useErasure(made.erasureId);
  const actorOf = useActorName();
  const erasure = read.data ?? made;
  const open = isOpen(erasure);
  const failure = read.error ? toAppError(read.error) : undefined;
  return (
    <section className="space-y-4">
      <div>
        <StepTitle key={String(open)} title={t(open ? "openTitle" : "doneTitle")} focused />
        <p role="status" className="max-w-prose text-quiet">
          {t(open ? "openText" : "doneText")}
        </p>
      </div>
      {open && <ProgressBar label={t("open")} value={undefined} />}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void read.refetch()} />}
      <div className="rounded-2xl border border-line bg-surface p-5">
        <ErasureFacts erasure={erasure} actorOf={actorOf} />
      </div>
      <LinkButton to="/privacy">{t("toErasures")}</LinkButton>
    </section>
  );
}
