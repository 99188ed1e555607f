import { CloudSyncOutlined, SwapOutlined } from "@ant-design/icons";
import { useState, useSyncExternalStore } from "react";

import { useBackend } from "../api/backend";
import { type AppError, toAppError } from "../api/errors";
import { Role } from "../api/gen/footfall/v1/auth_service_pb";
import { useOffline, useSession, useWatchState } from "../api/hooks";
import { t } from "./texts";

/** What holds for the whole console, above every page. */
export function Banners() {
  return (
    <div>
      <ActingFor />
      <Offline />
    </div>
  );
}

/** Says, in every tab, whose data a system administrator looks at: nobody changes the wrong chain. */
function ActingFor() {
  const who = useSession();
  const { signIn } = useBackend();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<AppError>();
  if (who?.role !== Role.SYSTEM_ADMIN || who.tenantId === "") return null;
  const stop = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await signIn.actFor("");
    } catch (error) {
      setFailure(toAppError(error));
      setBusy(false);
    }
  };
  return (
    <section
      aria-label={t("actingForLabel")}
      data-testid="acting-for"
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b-2 border-amber-ink bg-amber px-4 py-2 text-amber-ink"
    >
      <p className="flex min-w-0 items-center gap-2">
        <SwapOutlined aria-hidden="true" />
        <span className="truncate">
          {t("actingFor")} <strong>{who.tenantName}</strong>
        </span>
      </p>
      <button
        type="button"
        disabled={busy}
        className="h-8 cursor-pointer rounded-lg border border-amber-ink bg-transparent px-3 font-medium text-amber-ink disabled:opacity-60"
        onClick={() => void stop()}
      >
        {t("stopActing")}
      </button>
      {failure && (
        <p role="alert" className="w-full">
          {failure.title}. {failure.hint}
        </p>
      )}
    </section>
  );
}

const watchNetwork = (told: () => void) => {
  window.addEventListener("online", told);
  window.addEventListener("offline", told);
  return () => {
    window.removeEventListener("online", told);
    window.removeEventListener("offline", told);
  };
};
const isNetworkUp = () => navigator.onLine;

/** Nothing that is old looks new: said as long as this device or the server is away. */
function Offline() {
  const networkUp = useSyncExternalStore(watchNetwork, isNetworkUp);
  const unreachable = useOffline();
  const retrying = useWatchState().phase === "retrying";
  const { keeper } = useBackend();
  if (networkUp && !unreachable && !retrying) return null;
  return (
    <div
      role="status"
      data-testid="offline-banner"
      className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line bg-rose px-4 py-2 text-rose-ink"
    >
      <p className="flex min-w-0 items-center gap-2">
        <CloudSyncOutlined aria-hidden="true" />
        <span>{networkUp ? t("serverAway") : t("deviceOffline")}</span>
      </p>
      {networkUp && unreachable && (
        <button
          type="button"
          className="h-8 cursor-pointer rounded-lg border border-rose-ink bg-transparent px-3 font-medium text-rose-ink"
          onClick={() => {
            keeper.wake();
          }}
        >
          {t("tryAgainNow")}
        </button>
      )}
    </div>
  );
}
