import { useRouteError } from "react-router";

import { Logo } from "../components/Logo";
import { t } from "./texts";

/** A page that could not be drawn: most often its files went with an update of the console. */
export function ErrorPage() {
  const error = useRouteError();
  console.error(error);
  return (
    <main className="grid min-h-full place-items-center p-6">
      <div role="alert" className="flex max-w-sm flex-col items-center gap-3 text-center">
        <Logo size={44} />
        <h1 className="text-xl font-semibold">{t("pageFailed")}</h1>
        <p className="text-quiet">{t("pageFailedHint")}</p>
        <button
          type="button"
          className="h-10 cursor-pointer rounded-lg border border-edge bg-surface px-4 font-medium text-ink hover:border-brand"
          onClick={() => {
            window.location.reload();
          }}
        >
          {t("reload")}
        </button>
      </div>
    </main>
  );
}
