import { type ReactNode, useId } from "react";

import { toAppError } from "../../../api/errors";
import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { t } from "../texts";

/** The place of a chart that is still being read, could not be read, or has nothing to draw. */
export function ChartFrame(props: { title: string; error?: Error | null; onRetry?: () => void; children?: ReactNode }) {
  const { title, error, onRetry, children } = props;
  const heading = useId();
  const failure = error ? toAppError(error) : undefined;
  return (
    <section aria-labelledby={heading} className="min-w-0 rounded-2xl border border-line bg-surface p-5">
      <h2 id={heading} className="text-base font-semibold">
        {title}
      </h2>
      {failure ? (
        <div className="mt-3">
          <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={onRetry} />
        </div>
      ) : (
        (children ?? (
          <div role="status" aria-label={t("reading", { what: title })} className="mt-3 h-56 animate-pulse rounded-xl bg-mute" />
        ))
      )}
    </section>
  );
}
