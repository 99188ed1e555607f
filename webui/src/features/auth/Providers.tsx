import { createClient } from "@connectrpc/connect";
import { useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useMemo, useState } from "react";

import { useBackend } from "../../api/backend";
import { toAppError } from "../../api/errors";
import { AuthService } from "../../api/gen/footfall/v1/auth_service_pb";
import { type FailureText, startOidc } from "./oidc";
import { t } from "./texts";

/** One button for each other way to sign in. Without any, or when the list cannot be read, it is nothing. */
export function Providers(props: { next: string; onFailure: (failure: FailureText | undefined) => void }) {
  const { next, onFailure } = props;
  const { transport } = useBackend();
  const auth = useMemo(() => createClient(AuthService, transport), [transport]);
  const { data } = useQuery(AuthService.method.listIdentityProviders);
  const [leavingFor, setLeavingFor] = useState<string>();
  if (!data || data.providers.length === 0) return null;

  const start = async (providerId: string) => {
    setLeavingFor(providerId);
    onFailure(undefined);
    try {
      const failure = await startOidc({
        auth,
        providerId,
        next,
        storage: window.sessionStorage,
        goTo: (address) => {
          window.location.assign(address);
        },
      });
      if (!failure) return;
      onFailure(failure);
    } catch (error) {
      onFailure(toAppError(error));
    }
    setLeavingFor(undefined);
  };
  return (
    <div className="mt-5 space-y-3">
      <p className="flex items-center gap-3 text-quiet before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("or")}
      </p>
      {data.providers.map(({ providerId, displayName }) => (
        <Button
          key={providerId}
          size="large"
          block
          loading={leavingFor === providerId}
          disabled={leavingFor !== undefined && leavingFor !== providerId}
          onClick={() => void start(providerId)}
        >
          <span className="truncate">{t("continueWith", { provider: displayName })}</span>
        </Button>
      ))}
    </div>
  );
}
