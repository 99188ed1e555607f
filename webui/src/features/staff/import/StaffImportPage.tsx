import { DeleteOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useEffect, useEffectEvent, useState } from "react";
import { useLocation, useNavigate, useParams } from "react-router";

import { toAppError } from "../../../api/errors";
import { ErrorReason } from "../../../api/gen/footfall/v1/error_reason_pb";
import { type StaffImport, StaffImportService, StaffImportState } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../../components/feedback/PageSkeleton";
import { PageHeader } from "../../../components/PageHeader";
import { moment } from "../../../time/format";
import { localZone } from "../../../time/zoned";
import { BackLink } from "../BackLink";
import { DeleteImportDialog } from "./DeleteImportDialog";
import type { RunMode } from "./importRun";
import { startOf, startWith } from "./importStart";
import { ImportLife } from "./ImportLife";
import { ImportStage } from "./ImportStage";
import { ItemResults } from "./ItemResults";
import { sizeText } from "./sizeText";
import { t } from "./texts";
import { useImportRun } from "./useImportRun";

const READ_AGAIN_MS = 10_000;
const LIST = "/staff/import";

/** One import: how far it is, and what became of each picture. */
export function StaffImportPage() {
  const { importId = "" } = useParams();
  const found = useQuery(StaffImportService.method.getStaffImport, { importId });
  const failure = found.error ? toAppError(found.error) : undefined;
  const isGone = failure?.reason === ErrorReason.STAFF_IMPORT_NOT_FOUND;
  return (
    <div className="space-y-6">
      <BackLink to={LIST}>{t("importStaff")}</BackLink>
      {/* What was read stays on the page while the server is away: the run says that it is. */}
      {failure && (isGone || !found.data) && (
        <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={isGone ? undefined : () => void found.refetch()} />
      )}
      {found.isPending && <PageSkeleton />}
      {found.data && !isGone && <Import key={found.data.importId} known={found.data} />}
    </div>
  );
}

function Import({ known }: { known: StaffImport }) {
  const { importId, state } = known;
  const [run, runner] = useImportRun(importId);
  const [deleting, setDeleting] = useState(false);
  const location = useLocation();
  const navigate = useNavigate();
  const remember = (started: unknown) => void navigate({ pathname: location.pathname, search: location.search }, { replace: true, state: started });
  const goOn = useEffectEvent(() => {
    const mode = startOf(location.state);
    if (mode && state === StaffImportState.READY) runner.start(mode, known);
  });
  useEffect(() => {
    goOn();
  }, [runner]);
  // It may run in another tab, and what was begun here is kept a moment after it was stopped.
  useQuery(StaffImportService.method.getStaffImport, { importId }, {
    enabled: run.phase === "idle" && state !== StaffImportState.FINISHED,
    refetchInterval: READ_AGAIN_MS,
  });
  const isShown = run.phase !== "idle";
  const items = isShown ? run.items : known.items;
  const mode = isShown ? run.mode : "import";
  const isUnderWay = run.phase === "running" || run.phase === "retrying" || run.phase === "busy";
  return (
    <>
      <PageHeader
        title={t("importOf", { when: moment(known.createTime ? timestampMs(known.createTime) : 0, localZone()) })}
        note={
          <>
            {sizeText(known.sizeBytes)} · <ImportLife of={known} />
          </>
        }
      >
        <Button
          danger
          icon={<DeleteOutlined aria-hidden="true" />}
          disabled={isUnderWay}
          onClick={() => {
            setDeleting(true);
          }}
        >
          {t("delete")}
        </Button>
      </PageHeader>
      <ImportStage
        known={known}
        run={run}
        onStart={(wanted: RunMode) => {
          runner.start(wanted, known);
          remember(startWith(wanted));
        }}
        onStop={() => {
          runner.stop();
          remember(null);
        }}
      />
      {(items.length > 0 || isUnderWay) && <ItemResults items={items} mode={mode} />}
      {deleting && (
        <DeleteImportDialog
          importId={importId}
          onDeleted={() => void navigate(LIST, { replace: true })}
          onClose={() => {
            setDeleting(false);
          }}
        />
      )}
    </>
  );
}
