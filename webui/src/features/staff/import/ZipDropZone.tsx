import { FileZipOutlined } from "@ant-design/icons";
import { useState } from "react";

import { ErrorAlert } from "../../../components/feedback/ErrorAlert";
import { FileDropZone } from "../../../components/fields/FileDropZone";
import { sizeText } from "./sizeText";
import { t } from "./texts";
import { ZIP_BYTES_MAX, ZIP_TYPES, zipFaultOf } from "./zipFile";

/** Takes one zip file, and says of another why it is not taken. `wanted` is the size of a file that came in part. */
export function ZipDropZone(props: { wanted?: number; onFile: (file: File) => void }) {
  const { wanted, onFile } = props;
  const [fault, setFault] = useState<{ readonly title: string; readonly hint: string }>();
  const again = wanted !== undefined;
  const most = sizeText(ZIP_BYTES_MAX);
  const take = (files: readonly File[]) => {
    const found = zipFaultOf(files, wanted);
    const [file] = files;
    if (found === undefined && file) {
      setFault(undefined);
      onFile(file);
      return;
    }
    switch (found) {
      case "large":
        setFault({ title: t("largeFault"), hint: t("largeFaultHint", { most }) });
        return;
      case "other":
        setFault({ title: t("otherFault"), hint: t("otherFaultHint", { size: sizeText(wanted ?? 0) }) });
        return;
      case "type":
      case "empty":
      case "several":
        setFault({ title: t(`${found}Fault`), hint: t(`${found}FaultHint`) });
    }
  };
  return (
    <>
      <FileDropZone
        icon={<FileZipOutlined />}
        accept={ZIP_TYPES}
        title={again ? t("dropAgainTitle") : t("dropTitle")}
        hint={again ? t("dropAgainHint") : t("dropHint", { most })}
        choose={t("chooseZip")}
        multiple={false}
        takesPaste
        disabled={false}
        onFiles={take}
      />
      {fault && <ErrorAlert {...fault} />}
    </>
  );
}
