import { useState } from "react";

import type { StaffImport } from "../../../api/gen/footfall/v1/staff_import_service_pb";
import { Section } from "../Section";
import { sizeText } from "./sizeText";
import { t } from "./texts";
import { UploadProgress } from "./UploadProgress";
import { useImportsChanged } from "./useImportsChanged";
import { useImportUpload } from "./useImportUpload";
import { ZipDropZone } from "./ZipDropZone";

/** Sends what an upload that broke off left to send. */
export function RestOfFile({ known }: { known: StaffImport }) {
  const [upload, sender] = useImportUpload();
  const [name, setName] = useState("");
  const changed = useImportsChanged();
  const size = Number(known.sizeBytes);
  const missing = known.missingOffsets.reduce((sum, offset) => sum + Math.min(known.partSizeBytes, size - Number(offset)), 0);
  const send = async (file: File) => {
    setName(file.name);
    await sender.send(file, known);
    await changed();
  };
  return (
    <Section title={t("notComplete")} note={t("notCompleteNote", { sent: sizeText(size - missing), size: sizeText(size) })}>
      {upload.phase === "idle" ? (
        <ZipDropZone wanted={size} onFile={(file) => void send(file)} />
      ) : (
        <UploadProgress
          upload={upload}
          name={name}
          onCancel={() => {
            sender.cancel();
          }}
        />
      )}
    </Section>
  );
}
