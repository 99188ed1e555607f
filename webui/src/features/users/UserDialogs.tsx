import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useRef } from "react";

import { USERS_KEY } from "../../api/admin";
import { toAppError } from "../../api/errors";
import { type User, UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { PageSkeleton } from "../../components/feedback/PageSkeleton";
import { SecretOnce } from "../../components/feedback/SecretOnce";
import { ConfirmDialog } from "../../components/overlay/ConfirmDialog";
import { Sheet } from "../../components/overlay/Sheet";
import { moment } from "../../time/format";
import { localZone } from "../../time/zoned";
import { t } from "./texts";

/** Gives a link to set a password: at once for a new account, else after asking. */
export function PasswordLinkDialog({ user, isNew, onClose }: { user: User; isNew: boolean; onClose: () => void }) {
  const making = useMutation(UserService.method.createSetupToken);
  const begun = useRef(false);
  const make = () => {
    making.mutate({ userId: user.userId });
  };
  useEffect(() => {
    // Each link ends the one before: asked for once, also where effects run twice.
    if (!isNew || begun.current) return;
    begun.current = true;
    making.mutate({ userId: user.userId });
  }, [isNew, making, user.userId]);
  const failure = making.error ? toAppError(making.error) : undefined;
  if (!isNew && !making.data) {
    return (
      <ConfirmDialog
        title={t("passwordLinkQuestion", { name: user.displayName })}
        note={t("passwordLinkNote")}
        action={t("makeLink")}
        busy={making.isPending}
        failure={failure}
        onConfirm={make}
        onClose={onClose}
      />
    );
  }
  return (
    <Sheet title={isNew ? t("invited", { name: user.displayName }) : t("passwordLink")} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} onRetry={make} />}
        {!failure && !making.data && <PageSkeleton />}
        {making.data && (
          <SecretOnce
            label={t("linkFor", { name: user.displayName })}
            // Behind the "#": a browser sends that part to no server.
            value={`${window.location.origin}/set-password#${making.data.setupToken}`}
            note={t("linkNote", {
              time: making.data.expireTime ? `${moment(timestampMs(making.data.expireTime), localZone())} (${localZone()})` : "",
            })}
          />
        )}
        <div className="flex justify-end">
          <Button type="primary" onClick={onClose}>
            {t("done")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}

/** Asks before an account goes. */
export function DeleteUserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const queries = useQueryClient();
  const deletion = useMutation(UserService.method.deleteUser, {
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: USERS_KEY });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t("deleteQuestion", { name: user.displayName })}
      note={t("deleteNote")}
      action={t("delete")}
      busy={deletion.isPending}
      failure={deletion.error ? toAppError(deletion.error) : undefined}
      onConfirm={() => {
        deletion.mutate({ userId: user.userId });
      }}
      onClose={onClose}
    />
  );
}
