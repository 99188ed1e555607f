import { Button } from "antd";

import { ProgressBar } from "../../../components/feedback/ProgressBar";
import { Section } from "../Section";
import type { RunState } from "./importRun";
import { placeOf } from "./itemPlace";
import { outcomeOf } from "./outcome";
import { t } from "./texts";

/** How far a run is, and what was done last. */
export function RunProgress({ run, onStop }: { run: RunState; onStop: () => void }) {
  const { phase, mode, items, total } = run;
  const last = items.at(-1);
  const title = titleOf(run);
  const waits = phase !== "running";
  return (
    <div data-testid="run" data-phase={phase}>
      <Section title={title} note={noteOf(run)}>
        <div className="space-y-2">
          <ProgressBar label={title} value={total === 0 ? undefined : items.length / total} quiet={waits} />
          <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-quiet">
            <p className="min-w-0 truncate">{last ? `${placeOf(last)} · ${outcomeOf(last, mode).title}` : t("starting")}</p>
            {total > 0 && <p className="tabular-nums">{t("doneOf", { done: items.length, total })}</p>}
          </div>
        </div>
        <div className="flex justify-end">
          <Button onClick={onStop}>{t("stop")}</Button>
        </div>
      </Section>
      {/* A page that speaks says when the work stops and goes on, and not each picture. */}
      <p role="status" className="sr-only">
        {title}
      </p>
    </div>
  );
}

function titleOf({ phase, mode }: RunState): string {
  if (phase === "retrying") return t("retrying");
  if (phase === "busy") return t("busy");
  return mode === "check" ? t("checking") : t("importing");
}

function noteOf({ phase, mode }: RunState): string {
  if (phase === "retrying") return mode === "check" ? t("retryingCheckNote") : t("retryingNote");
  if (phase === "busy") return t("busyNote");
  return mode === "check" ? t("checkNote") : t("runNote");
}
