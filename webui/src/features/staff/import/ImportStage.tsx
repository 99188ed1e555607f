import { Button } from "antd";
import type { ReactNode } from "react";

import { type StaffImport, StaffImportState } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { LinkButton } from "../../../components/LinkButton";
import { Section } from "../Section";
import type { RunMode, RunState } from "./importRun";
import { problemOf } from "./problem";
import { RestOfFile } from "./RestOfFile";
import { RunProgress } from "./RunProgress";
import { t } from "./texts";

/** How far the import is, and what can be done next. */
export function ImportStage(props: { known: StaffImport; run: RunState; onStart: (mode: RunMode) => void; onStop: () => void }) {
  const { known, run, onStart, onStop } = props;
  const starter = (mode: RunMode, label: string, primary: boolean) => (
    <Button
      key={mode}
      type={primary ? "primary" : "default"}
      onClick={() => {
        onStart(mode);
      }}
    >
      {label}
    </Button>
  );
  switch (run.phase) {
    case "running":
    case "retrying":
    case "busy":
      return <RunProgress run={run} onStop={onStop} />;
    case "stopped":
      return <Stopped run={run} onStart={onStart} />;
    case "finished":
      if (run.mode === "import") return <Stage title={t("finishedTitle")} note={t("finishedNote")} />;
      return (
        <Stage title={t("checkedTitle")} note={t("checkedNote")}>
          {starter("import", t("importNow"), true)}
          <LinkButton to="/staff/import">{t("otherFile")}</LinkButton>
        </Stage>
      );
    case "idle":
      break;
  }
  switch (known.state) {
    case StaffImportState.FINISHED:
      return <Stage title={t("finishedTitle")} note={t("finishedNote")} />;
    case StaffImportState.READY:
      return known.items.length > 0 ? (
        <Stage title={t("halfTitle", { done: known.items.length, total: known.total })} note={t("halfNote")}>
          {starter("import", t("goOn"), true)}
        </Stage>
      ) : (
        <Stage title={t("readyTitle")} note={t("readyNote")}>
          {starter("check", t("check"), true)}
          {starter("import", t("import"), false)}
        </Stage>
      );
    case StaffImportState.UPLOADING:
    case StaffImportState.UNSPECIFIED:
      return <RestOfFile known={known} />;
  }
}

function Stage(props: { title: string; note: string; children?: ReactNode }) {
  const { title, note, children } = props;
  return (
    <Section title={title} note={note}>
      {children !== undefined && <div className="flex flex-wrap items-center gap-3">{children}</div>}
    </Section>
  );
}

/** Trying again helps where the server could not; a file that cannot be read has to be another one. */
function Stopped({ run, onStart }: { run: RunState; onStart: (mode: RunMode) => void }) {
  if (!run.error) return null;
  const { title, hint, unreadable } = problemOf(run.error);
  return (
    <div className="space-y-3">
      <ErrorAlert
        title={title}
        hint={hint}
        requestId={unreadable ? undefined : run.error.metadata.request_id}
        onRetry={
          unreadable
            ? undefined
            : () => {
                onStart(run.mode);
              }
        }
      />
      {unreadable && <LinkButton to="/staff/import">{t("otherFile")}</LinkButton>}
    </div>
  );
}
