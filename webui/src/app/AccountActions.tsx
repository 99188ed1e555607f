import { KeyOutlined, LogoutOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";

import { useBackend } from "../api/backend";
import { type AppError, toAppError } from "../api/errors";
import { ErrorAlert } from "../components/feedback/ErrorAlert";
import { Sheet } from "../components/overlay/Sheet";
import { t } from "./texts";

const ChangePasswordDialog = lazy(async () => ({
  default: (await import("../features/auth/ChangePasswordDialog")).ChangePasswordDialog,
}));

const ITEM =
  "flex h-9 w-full cursor-pointer items-center gap-3 rounded-lg border-0 bg-transparent px-2 text-left text-ink hover:bg-mute";

/** What can be done about the account that is signed in. */
export function AccountActions() {
  const [open, setOpen] = useState<"password" | "everywhere">();
  const leave = useLeave();
  const close = () => {
    setOpen(undefined);
    leave.forget();
  };
  return (
    <div>
      <button
        type="button"
        className={ITEM}
        onClick={() => {
          setOpen("password");
        }}
      >
        <KeyOutlined aria-hidden="true" />
        {t("changePassword")}
      </button>
      <button type="button" className={ITEM} disabled={leave.busy} onClick={() => void leave.run(false)}>
        <LogoutOutlined aria-hidden="true" />
        {t("signOut")}
      </button>
      <button
        type="button"
        className={ITEM}
        onClick={() => {
          setOpen("everywhere");
        }}
      >
        <LogoutOutlined aria-hidden="true" className="text-danger!" />
        {t("signOutEverywhere")}
      </button>
      {open === undefined && leave.failure && <NotSignedOut failure={leave.failure} />}
      {open === "password" && (
        <Suspense>
          <ChangePasswordDialog onClose={close} />
        </Suspense>
      )}
      {open === "everywhere" && (
        <Sheet title={t("signOutEverywhereQuestion")} shape="middle" onClose={close}>
          <div className="space-y-4">
            <p>{t("signOutEverywhereNote")}</p>
            {leave.failure && <NotSignedOut failure={leave.failure} />}
            <div className="flex justify-end gap-3">
              <Button onClick={close}>{t("cancel")}</Button>
              <Button type="primary" danger loading={leave.busy} onClick={() => void leave.run(true)}>
                {t("signOutEverywhere")}
              </Button>
            </div>
          </div>
        </Sheet>
      )}
    </div>
  );
}

function NotSignedOut({ failure }: { failure: AppError }) {
  return <ErrorAlert title={t("stillSignedIn")} hint={t("stillSignedInHint", { why: failure.title })} />;
}

function useLeave() {
  const { signIn } = useBackend();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  const run = async (everywhere: boolean) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn.leave({ everywhere });
    } catch (error) {
      setFailure(toAppError(error));
      setBusy(false);
    }
  };
  const forget = () => {
    setFailure(undefined);
  };
  return { busy, failure, run, forget };
}
