import type { ReactNode } from "react";

import { LanguageSwitch } from "../../components/fields/LanguageSwitch";
import { Logo } from "../../components/Logo";
import { t } from "./texts";

/** The pages that are seen before the console is: the name, and one card. */
export function AuthFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-full place-items-center bg-canvas p-4">
      <title>{`${title} · Footfall`}</title>
      <div className="w-full max-w-[22.5rem]">
        <div className="mb-6 flex flex-col items-center gap-3 text-center">
          <Logo size={48} />
          <div>
            <h1 className="text-2xl leading-8 font-semibold tracking-tight">Footfall</h1>
            <p className="text-quiet">{t("slogan")}</p>
          </div>
        </div>
        <div className="rounded-2xl border border-line bg-surface p-6 shadow-sm">{children}</div>
        <div className="mx-auto mt-6 w-60">
          <LanguageSwitch />
        </div>
      </div>
    </main>
  );
}

/** What went wrong, read out at once. */
export function AuthFailure({ title, hint }: { title: string; hint: string }) {
  return (
    <div role="alert" className="rounded-lg bg-rose px-3 py-2 text-rose-ink">
      <p className="font-medium">{title}</p>
      <p>{hint}</p>
    </div>
  );
}
