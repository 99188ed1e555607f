
import { toAppError } from "../../api/errors";
import type { Customer } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { MergeRow } from "./MergeRow";
import { useMergesOf } from "./queries";
import { t } from "./texts";

/** The merges that a customer was part of, each of which can be undone. */
export function MergesOf({ customer, manages }: { customer: Customer; manages: boolean }) {
  const merges = useMergesOf(customer.customerId);
  const failure = merges.error ? toAppError(merges.error) : undefined;
  return (
    <section aria-labelledby="merges-of" className="space-y-3">
      <h2 id="merges-of" className="text-base font-semibold">
        {t("merged.title")}
      </h2>
      {failure && <ErrorAlert {...failure} onRetry={() => void merges.refetch()} />}
      {merges.data?.merges.length === 0 && <p className="text-quiet">{t("merged.none")}</p>}
      <ul className="list-none space-y-2 p-0">
        {merges.data?.merges.map((merge) => (
          <li key={merge.mergeId} className="rounded-2xl border border-line bg-surface p-3">
            <MergeRow merge={merge} manages={manages} />
          </li>
        ))}
      </ul>
    </section>
  );
}

