import { t } from "./texts";

// What is the same everywhere. How long pictures and faces are kept is said by RetentionRules.
const KEPT = [
  ["keptReasons", "keptReasonsTime"],
  ["keptCustomers", "keptCustomersTime"],
  ["keptStaff", "keptStaffTime"],
  ["keptLog", "keptLogTime"],
] as const;

/** What is kept of people at every site, and for how long. */
export function Kept() {
  return (
    <section aria-labelledby="kept" className="space-y-3">
      <div>
        <h2 id="kept" className="text-base font-semibold">
          {t("kept")}
        </h2>
        <p className="text-quiet">{t("keptNote")}</p>
      </div>
      <dl className="overflow-hidden rounded-2xl border border-line bg-surface">
        {KEPT.map(([what, time]) => (
          <div key={what} className="flex flex-wrap justify-between gap-x-6 gap-y-1 border-b border-line px-5 py-3 last:border-b-0">
            <dt className="font-medium">{t(what)}</dt>
            <dd className="m-0 max-w-prose text-quiet">{t(time)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
