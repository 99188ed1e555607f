import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { TENANTS_KEY } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { ErrorReason } from "../../api/gen/footfall/v1/error_reason_pb";
import { TenantService } from "../../api/gen/footfall/v1/tenant_service_pb";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { EditorDrawer } from "../../components/overlay/EditorDrawer";
import { t } from "./texts";

/** Opens a tenant. */
export function TenantEditor({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [displayName, setDisplayName] = useState("");
  const [checked, setChecked] = useState(false);
  const [requestId] = useState(() => crypto.randomUUID());
  const creation = useMutation(TenantService.method.createTenant, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: TENANTS_KEY });
      onClose();
    },
  });
  const failure = creation.error ? toAppError(creation.error) : undefined;
  const missing = displayName.trim() === "" ? t("nameMissing") : undefined;
  const taken = failure?.reason === ErrorReason.ALREADY_EXISTS ? t("nameTaken") : undefined;
  return (
    <EditorDrawer
      title={t("addATenant")}
      action={t("add")}
      busy={creation.isPending}
      failure={failure}
      onSave={() => {
        setChecked(true);
        if (missing === undefined) creation.mutate({ tenant: { displayName: displayName.trim() }, requestId });
      }}
      onClose={onClose}
    >
      <FormField id="tenant-name" label={t("name")} fault={(checked ? missing : undefined) ?? taken}>
        <TextInput
          id="tenant-name"
          autoFocus
          maxLength={120}
          value={displayName}
          aria-describedby="tenant-name-note"
          onChange={(event) => {
            setDisplayName(event.target.value);
          }}
        />
      </FormField>
    </EditorDrawer>
  );
}
