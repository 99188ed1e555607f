import { t } from "./texts";

const STEPS = ["stepFind", "stepWho", "stepWhat", "stepReceipt"] as const;
export type Step = (typeof STEPS)[number];

/** How far somebody is on the way to the receipt. */
export function Steps({ now }: { now: Step }) {
  const at = STEPS.indexOf(now);
  return (
    <ol aria-label={t("steps")} className="grid list-none grid-cols-2 gap-2 p-0 sm:grid-cols-4">
      {STEPS.map((step, number) => (
        <li
          key={step}
          aria-current={step === now ? "step" : undefined}
          className={`border-t-2 pt-2 ${number <= at ? "border-brand" : "border-line"} ${step === now ? "font-medium" : "text-quiet"}`}
        >
          {`${number + 1}. ${t(step)}`}
        </li>
      ))}
    </ol>
  );
}
