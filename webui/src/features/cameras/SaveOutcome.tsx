import { Button } from "antd";

import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { t } from "./texts";
import type { CameraSave } from "./useCameraSave";

/** What became of saving: whether the worker has it, or why it was not saved. */
export function SaveOutcome(props: { saving: CameraSave; onSaveAnyway: () => void; onTakeTheirs: () => void }) {
  const { saving, onSaveAnyway, onTakeTheirs } = props;
  if (saving.conflict) {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-3 rounded-xl bg-amber px-4 py-3 text-amber-ink">
        <p className="min-w-0 flex-1">{t("conflict")}</p>
        <Button onClick={onTakeTheirs}>{t("takeTheirs")}</Button>
        <Button onClick={onSaveAnyway}>{t("saveAnyway")}</Button>
      </div>
    );
  }
  if (saving.failure) return <ErrorAlert {...saving.failure} requestId={saving.failure.metadata.request_id} />;
  if (saving.arrival === "none") return null;
  return (
    <p role="status" className="rounded-xl bg-tint px-4 py-3 text-tint-ink">
      {t(ARRIVALS[saving.arrival])}
    </p>
  );
}

const ARRIVALS = { asking: "arrivalAsking", taken: "arrivalTaken", later: "arrivalLater" } as const;
