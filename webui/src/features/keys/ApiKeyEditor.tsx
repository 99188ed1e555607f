import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { API_KEYS_KEY } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { ApiKeyService } from "../../api/gen/footfall/v1/api_key_service_pb";
import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { DayInput } from "../../components/fields/DayInput";
import { FormField } from "../../components/fields/FormField";
import { SelectField } from "../../components/fields/SelectField";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { dayStart, localZone } from "../../time/zoned";
import { NameField } from "./NameField";
import { SecretSheet } from "./SecretSheet";
import { SiteField } from "./SiteField";
import { t } from "./texts";

/** Makes an API key, and shows it once. */
export function ApiKeyEditor({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [displayName, setDisplayName] = useState("");
  const [siteId, setSiteId] = useState("");
  const [role, setRole] = useState(Role.WORKER);
  const [lastDay, setLastDay] = useState("");
  const [checked, setChecked] = useState(false);
  const [now] = useState(() => Date.now());
  const [requestId] = useState(() => crypto.randomUUID());
  const creation = useMutation(ApiKeyService.method.createApiKey, {
    onSuccess: () => queries.invalidateQueries({ queryKey: API_KEYS_KEY }),
    // The answer holds the secret: it is forgotten with this form.
    gcTime: 0,
  });
  if (creation.data) {
    return <SecretSheet title={t("keyMade")} label={t("secretKey")} secret={creation.data.secret} onClose={onClose} />;
  }
  const expires = dayStart(lastDay, localZone(), 1);
  const nameFault = displayName.trim() === "" ? t("nameMissing") : undefined;
  const siteFault = siteId === "" ? t("siteMissing") : undefined;
  const dayFault = expires !== undefined && expires <= now ? t("expiryPast") : undefined;
  const save = () => {
    setChecked(true);
    if (nameFault ?? siteFault ?? dayFault) return;
    const expireTime = expires === undefined ? {} : { expireTime: timestampFromMs(expires) };
    creation.mutate({ apiKey: { displayName: displayName.trim(), siteId, role, ...expireTime }, requestId });
  };
  return (
    <EditorDrawer
      title={t("addKey")}
      action={t("makeKey")}
      busy={creation.isPending}
      failure={creation.error ? toAppError(creation.error) : undefined}
      onSave={save}
      onClose={onClose}
    >
      <NameField value={displayName} hint={t("keyNameHint")} fault={checked ? nameFault : undefined} onChange={setDisplayName} />
      <SiteField value={siteId} fault={checked ? siteFault : undefined} onChange={setSiteId} />
      <FormField id="key-role" label={t("mayDo")}>
        <SelectField
          id="key-role"
          label={t("mayDo")}
          value={String(role)}
          choices={[
            { value: String(Role.WORKER), label: t("sendEvents") },
            { value: String(Role.SITE_MANAGER), label: t("manageSite") },
          ]}
          onChange={(chosen) => {
            setRole(chosen === String(Role.SITE_MANAGER) ? Role.SITE_MANAGER : Role.WORKER);
          }}
        />
      </FormField>
      <FormField id="key-day" label={t("expiryDay")} hint={t("expiryHint")} fault={checked ? dayFault : undefined}>
        <DayInput
          id="key-day"
          value={lastDay}
          aria-describedby="key-day-note"
          onChange={(event) => {
            setLastDay(event.target.value);
          }}
        />
      </FormField>
    </EditorDrawer>
  );
}
