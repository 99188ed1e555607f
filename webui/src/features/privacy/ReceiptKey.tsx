import { DownloadOutlined } from "@ant-design/icons";
import { createClient } from "@connectrpc/connect";
import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { toAppError } from "../../api/errors";
import { ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { saveFile } from "../../api/saveFile";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { InfoNote } from "../../components/feedback/InfoNote";
import { t } from "./texts";

/** The public key that receipts verify with, as a file, and how that is done. */
export function ReceiptKey() {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(ErasureService, transport), [transport]);
  const key = useMutation({
    mutationFn: async () => {
      const { publicKey } = await client.getErasureKey({});
      saveFile(new Blob([publicKey], { type: "application/x-pem-file" }), "footfall-erasure-key.pem");
    },
  });
  const failure = key.error ? toAppError(key.error) : undefined;
  return (
    <InfoNote title={t("verify")}>
      <p className="max-w-prose text-quiet">{t("verifyNote")}</p>
      <div className="space-y-3 pt-1">
        <Button
          icon={<DownloadOutlined aria-hidden="true" />}
          loading={key.isPending}
          onClick={() => {
            key.mutate();
          }}
        >
          {t("downloadKey")}
        </Button>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
      </div>
    </InfoNote>
  );
}
