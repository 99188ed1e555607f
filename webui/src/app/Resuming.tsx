import type { ReactNode } from "react";

import { useBackend } from "../api/backend";
import { useOffline } from "../api/sessionHooks";
import { Logo } from "../components/Logo";
import { t } from "./texts";

/** Until it is known who is signed in: the page's outline, or that the server does not answer. */
export function Resuming({ children }: { children?: ReactNode }) {
  const { keeper } = useBackend();
  if (!useOffline()) return children;
  return (
    <main className="grid min-h-full place-items-center p-6">
      <title>{`${t("offline")} · Footfall`}</title>
      <div role="status" data-testid="offline" className="flex max-w-sm flex-col items-center gap-3 text-center">
        <Logo size={44} />
        <h1 className="text-xl font-semibold">{t("offlineTitle")}</h1>
        <p className="text-quiet">{t("offlineHint")}</p>
        <button
          type="button"
          className="h-10 cursor-pointer rounded-lg border border-edge bg-surface px-4 font-medium text-ink hover:border-brand"
          onClick={() => {
            keeper.wake();
          }}
        >
          {t("tryAgainNow")}
        </button>
      </div>
    </main>
  );
}
