import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";

import { API_KEYS_KEY, JOIN_TOKENS_KEY } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { type ApiKey, ApiKeyService } from "../../api/gen/footfall/v1/api_key_service_pb";
import { CertificateService, type JoinToken } from "../../api/gen/footfall/v1/certificate_service_pb";
import { ConfirmDialog } from "../../components/overlay/ConfirmDialog";
import { t } from "./texts";

/** Asks before a key ends for good. */
export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queries = useQueryClient();
  const revocation = useMutation(ApiKeyService.method.revokeApiKey, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: API_KEYS_KEY });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t("revokeQuestion", { name: apiKey.displayName })}
      note={t("revokeKeyNote")}
      action={t("revoke")}
      busy={revocation.isPending}
      failure={revocation.error ? toAppError(revocation.error) : undefined}
      onConfirm={() => {
        revocation.mutate({ apiKeyId: apiKey.apiKeyId });
      }}
      onClose={onClose}
    />
  );
}

/** Asks before a join token ends unused. */
export function RevokeTokenDialog({ joinToken, onClose }: { joinToken: JoinToken; onClose: () => void }) {
  const queries = useQueryClient();
  const revocation = useMutation(CertificateService.method.revokeJoinToken, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: JOIN_TOKENS_KEY });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t("revokeQuestion", { name: joinToken.displayName })}
      note={t("revokeTokenNote")}
      action={t("revoke")}
      busy={revocation.isPending}
      failure={revocation.error ? toAppError(revocation.error) : undefined}
      onConfirm={() => {
        revocation.mutate({ joinTokenId: joinToken.joinTokenId });
      }}
      onClose={onClose}
    />
  );
}
