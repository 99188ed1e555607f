import type { Camera } from "../../api/gen/footfall/v1/camera_service_pb";
import { ConflictNote } from "../../components/feedback/ConflictNote";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { t } from "./texts";
import type { CameraSave } from "./useCameraSave";

/** What became of saving: whether the worker has it, or why it was not saved. */
export function SaveOutcome(props: { saving: CameraSave; onSaveAnyway: () => void; onTakeTheirs: (theirs: Camera) => void }) {
  const { saving, onSaveAnyway, onTakeTheirs } = props;
  const { theirs } = saving;
  if (theirs) {
    return (
      <ConflictNote
        onTheirs={() => {
          onTakeTheirs(theirs);
        }}
        onMine={onSaveAnyway}
      />
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
