import { DeleteOutlined, InboxOutlined } from "@ant-design/icons";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { toAppError } from "../../../api/errors";
import { type StaffImport, StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { EmptyState } from "../../../components/feedback/EmptyState";
import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { StateBadge } from "../../../components/status/StateBadge";
import { type Column, PagedTable } from "../../../components/table/PagedTable";
import { useAgo } from "../../../time/useAgo";
import { Section } from "../Section";
import { DeleteImportDialog } from "./DeleteImportDialog";
import { ImportLife } from "./ImportLife";
import { sizeText } from "./sizeText";
import { stateText } from "./stateText";
import { t } from "./texts";

/** Imports go on in other tabs. Only while the tab is looked at. */
const READ_AGAIN_MS = 10_000;

/** What was imported within the last day. */
export function ImportList() {
  const imports = useQuery(StaffImportService.method.listStaffImports, {}, { refetchInterval: READ_AGAIN_MS });
  const [deleting, setDeleting] = useState<string>();
  const failure = imports.error ? toAppError(imports.error) : undefined;
  const rows = imports.data?.imports ?? [];
  const columns: readonly Column<StaffImport>[] = [
    { key: "begun", title: t("begun"), cell: (each) => <Opener of={each} /> },
    { key: "state", title: t("state"), cell: (each) => <State of={each} /> },
    { key: "result", title: t("result"), cell: resultText, className: "tabular-nums" },
    { key: "size", title: t("size"), cell: ({ sizeBytes }) => sizeText(sizeBytes), className: "whitespace-nowrap tabular-nums" },
    { key: "kept", title: t("kept"), cell: (each) => <ImportLife of={each} />, className: "hidden text-quiet lg:table-cell" },
    { key: "delete", title: <span className="sr-only">{t("delete")}</span>, cell: (each) => <Deleter of={each} onDelete={setDeleting} />, className: "w-14" },
  ];
  return (
    <Section title={t("past")} note={t("pastNote")}>
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={() => void imports.refetch()} />}
      {imports.isPending && !failure && <div role="status" aria-label={t("past")} className="h-24 animate-pulse rounded-xl bg-mute" />}
      {imports.isSuccess && rows.length === 0 && <EmptyState icon={<InboxOutlined />} title={t("noImports")} hint={t("noImportsHint")} />}
      {rows.length > 0 && (
        <PagedTable
          caption={t("past")}
          columns={columns}
          rows={rows}
          rowKey={({ importId }) => importId}
          busy={false}
          page={1}
          onPrevious={undefined}
          onNext={undefined}
          card={(each) => (
            <div className="flex items-start gap-3">
              <div className="min-w-0 flex-1 space-y-1">
                <p className="flex flex-wrap items-center gap-2">
                  <Opener of={each} />
                  <State of={each} />
                </p>
                <p className="text-quiet">{[resultText(each), sizeText(each.sizeBytes)].filter(Boolean).join(" · ")}</p>
                <p className="text-xs text-quiet">
                  <ImportLife of={each} />
                </p>
              </div>
              <Deleter of={each} onDelete={setDeleting} />
            </div>
          )}
        />
      )}
      {deleting !== undefined && (
        <DeleteImportDialog
          importId={deleting}
          onDeleted={() => {
            setDeleting(undefined);
          }}
          onClose={() => {
            setDeleting(undefined);
          }}
        />
      )}
    </Section>
  );
}

function Opener({ of }: { of: StaffImport }) {
  const begun = useAgo(of.createTime ? timestampMs(of.createTime) : 0);
  return (
    <Link
      to={`/staff/import/${of.importId}`}
      className="font-medium text-ink no-underline after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
    >
      {begun}
    </Link>
  );
}

function State({ of }: { of: StaffImport }) {
  const { tone, text } = stateText(of);
  return <StateBadge tone={tone}>{text}</StateBadge>;
}

function resultText({ total, summary }: StaffImport): string {
  if (total === 0 || !summary) return "";
  return t("resultText", { enrolled: summary.enrolled, refused: summary.refused + summary.failed });
}

/** Above the link that covers the row. */
function Deleter({ of, onDelete }: { of: StaffImport; onDelete: (importId: string) => void }) {
  const when = useAgo(of.createTime ? timestampMs(of.createTime) : 0);
  return (
    <Button
      type="text"
      icon={<DeleteOutlined />}
      className="relative! z-10"
      aria-label={t("deleteImport", { when })}
      title={t("delete")}
      onClick={() => {
        onDelete(of.importId);
      }}
    />
  );
}
