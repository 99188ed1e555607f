import { FileZipOutlined } from "@ant-design/icons";
import { createClient } from "@connectrpc/connect";
import { Button } from "antd";
import { useId, useState } from "react";
import { useNavigate } from "react-router";

import { useBackend } from "../../../api/backend";
import { type AppError, toAppError } from "../../../api/errors";
import { type StaffImport, StaffImportService } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { useAccess, useSites } from "../../../api/hooks";
import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { Section } from "../Section";
import { SiteChoice } from "../SiteChoice";
import type { RunMode } from "./importRun";
import { startWith } from "./importStart";
import { sizeText } from "./sizeText";
import { t } from "./texts";
import { UploadProgress } from "./UploadProgress";
import { useImportsChanged } from "./useImportsChanged";
import { useImportUpload } from "./useImportUpload";
import { ZipDropZone } from "./ZipDropZone";

/** Chooses a file, says what is to be done with it, and sends it; the import's own page goes on from there. */
export function NewImport() {
  const [file, setFile] = useState<File>();
  const [upload, sender] = useImportUpload();
  const [begun, setBegun] = useState<StaffImport>();
  const [failure, setFailure] = useState<AppError>();
  const [busy, setBusy] = useState(false);
  const { transport } = useBackend();
  const changed = useImportsChanged();
  const navigate = useNavigate();
  const client = createClient(StaffImportService, transport);
  const begin = async (zip: File, mode: RunMode, siteIds: readonly string[]) => {
    setBusy(true);
    setFailure(undefined);
    try {
      const made = await client.beginStaffImport({ sizeBytes: BigInt(zip.size), siteIds: [...siteIds] });
      setBegun(made);
      void changed();
      if (await sender.send(zip, made)) {
        void changed();
        await navigate(`/staff/import/${made.importId}`, { state: startWith(mode) });
      }
    } catch (error) {
      setFailure(toAppError(error));
    } finally {
      setBusy(false);
    }
  };
  const cancel = async () => {
    sender.cancel();
    setFile(undefined);
    if (!begun) return;
    setBegun(undefined);
    try {
      await client.deleteStaffImport({ importId: begun.importId });
    } catch {
      // Half a file is no harm: it is in the list, and is forgotten within a day.
    }
    await changed();
  };
  return (
    <Section title={t("newImport")} note={t("newImportNote")}>
      {!file && <ZipDropZone onFile={setFile} />}
      {file && upload.phase !== "idle" && <UploadProgress upload={upload} name={file.name} onCancel={() => void cancel()} />}
      {file && upload.phase === "idle" && (
        <Choices
          file={file}
          busy={busy}
          onOther={() => {
            setFile(undefined);
            setFailure(undefined);
          }}
          onBegin={(mode, siteIds) => void begin(file, mode, siteIds)}
        />
      )}
      {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
    </Section>
  );
}

/** What is to be done with the file. Looking first is what nobody regrets. */
function Choices(props: { file: File; busy: boolean; onOther: () => void; onBegin: (mode: RunMode, siteIds: readonly string[]) => void }) {
  const { file, busy, onOther, onBegin } = props;
  const sites = useSites();
  // Whoever runs some shops cannot have people work in all of them.
  const everywhere = useAccess().can("customers.manage");
  const known = sites.data ?? [];
  const only = known.length === 1 ? known.map(({ siteId }) => siteId) : [];
  const [mode, setMode] = useState<RunMode>("check");
  const [chosen, setChosen] = useState<readonly string[]>();
  const [asked, setAsked] = useState(false);
  const group = useId();
  const siteIds = chosen ?? (everywhere ? [] : only);
  const lacksSite = !everywhere && siteIds.length === 0;
  const modes = [
    { value: "check", label: t("checkFirst"), hint: t("checkFirstHint") },
    { value: "import", label: t("importAtOnce"), hint: t("importAtOnceHint") },
  ] as const;
  return (
    <form
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(true);
        if (!lacksSite && !busy) onBegin(mode, siteIds);
      }}
    >
      <div className="flex flex-wrap items-center justify-between gap-3 rounded-xl border border-line px-4 py-3">
        <p className="flex min-w-0 items-center gap-3">
          <FileZipOutlined aria-hidden="true" className="text-xl" />
          <span className="min-w-0 truncate font-medium">{t("fileChosen", { name: file.name, size: sizeText(file.size) })}</span>
        </p>
        <Button onClick={onOther}>{t("chooseOther")}</Button>
      </div>
      <fieldset className="space-y-2">
        <legend className="mb-1 font-medium">{t("how")}</legend>
        {modes.map(({ value, label, hint }) => (
          <label key={value} className="flex cursor-pointer items-start gap-3">
            <input
              type="radio"
              name={group}
              className="mt-0.5 size-4 shrink-0 accent-brand"
              checked={mode === value}
              onChange={() => {
                setMode(value);
              }}
            />
            <span>
              {label}
              <span className="block text-xs text-quiet">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div>
        <SiteChoice hint={everywhere ? t("sitesHint") : t("sitesNeededHint")} sites={known} chosen={siteIds} onChange={setChosen} />
        {asked && lacksSite && (
          <p role="alert" className="mt-1 text-rose-ink">
            {t("needsSite")}
          </p>
        )}
      </div>
      <div className="flex justify-end">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t("upload")}
        </Button>
      </div>
    </form>
  );
}
