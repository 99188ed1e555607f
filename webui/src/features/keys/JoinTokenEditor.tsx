import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { JOIN_TOKENS_KEY } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { CertificateService } from "../../api/gen/footfall/v1/certificate_service_pb";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { NameField } from "./NameField";
import { SecretSheet } from "./SecretSheet";
import { SiteField } from "./SiteField";
import { t } from "./texts";

/** Makes a join token for one new edge worker, and shows it once. */
export function JoinTokenEditor({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [displayName, setDisplayName] = useState("");
  const [siteId, setSiteId] = useState("");
  const [checked, setChecked] = useState(false);
  const creation = useMutation(CertificateService.method.createJoinToken, {
    onSuccess: () => queries.invalidateQueries({ queryKey: JOIN_TOKENS_KEY }),
    gcTime: 0,
  });
  if (creation.data) {
    return <SecretSheet title={t("tokenMade")} label={t("secretToken")} secret={creation.data.secret} onClose={onClose} />;
  }
  const nameFault = displayName.trim() === "" ? t("nameMissing") : undefined;
  const siteFault = siteId === "" ? t("siteMissing") : undefined;
  return (
    <EditorDrawer
      title={t("addToken")}
      action={t("makeToken")}
      busy={creation.isPending}
      failure={creation.error ? toAppError(creation.error) : undefined}
      onSave={() => {
        setChecked(true);
        if ((nameFault ?? siteFault) === undefined) creation.mutate({ displayName: displayName.trim(), siteId });
      }}
      onClose={onClose}
    >
      <NameField value={displayName} hint={t("tokenNameHint")} fault={checked ? nameFault : undefined} onChange={setDisplayName} />
      <SiteField value={siteId} fault={checked ? siteFault : undefined} onChange={setSiteId} />
    </EditorDrawer>
  );
}
