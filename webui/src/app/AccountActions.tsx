import { KeyOutlined, LogoutOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";

import { useBackend } from "../api/backend";
import { type AppError, toAppError } from "../api/errors";
import { ErrorAlert } from "../components/feedback/ErrorAlert";
import { Sheet } from "../components/overlay/Sheet";

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
        Change password
      </button>
      <button type="button" className={ITEM} disabled={leave.busy} onClick={() => void leave.run(false)}>
        <LogoutOutlined aria-hidden="true" />
        Sign out
      </button>
      <button
        type="button"
        className={ITEM}
        onClick={() => {
          setOpen("everywhere");
        }}
      >
        <LogoutOutlined aria-hidden="true" className="text-danger!" />
        Sign out everywhere
      </button>
      {open === undefined && leave.failure && <NotSignedOut failure={leave.failure} />}
      {open === "password" && (
        <Suspense>
          <ChangePasswordDialog onClose={close} />
        </Suspense>
      )}
      {open === "everywhere" && (
        <Sheet title="Sign out everywhere?" shape="middle" onClose={close}>
          <div className="space-y-4">
            <p>Ends every session of your account, on this and all other devices, within seconds.</p>
            {leave.failure && <NotSignedOut failure={leave.failure} />}
            <div className="flex justify-end gap-3">
              <Button onClick={close}>Cancel</Button>
              <Button type="primary" danger loading={leave.busy} onClick={() => void leave.run(true)}>
                Sign out everywhere
              </Button>
            </div>
          </div>
        </Sheet>
      )}
    </div>
  );
}

function NotSignedOut({ failure }: { failure: AppError }) {
  return <ErrorAlert title="You are still signed in" hint={`${failure.title}. Try again before you leave this device.`} />;
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
