import { t } from "../texts";

/** Grey shapes in the place of what is being read. */
export function PageSkeleton() {
  return (
    <div role="status" aria-label={t("loading")} className="animate-pulse space-y-4">
      <div className="h-8 w-40 rounded-lg bg-mute" />
      <div className="h-24 rounded-2xl bg-mute" />
      <div className="h-64 rounded-2xl bg-mute" />
    </div>
  );
}
