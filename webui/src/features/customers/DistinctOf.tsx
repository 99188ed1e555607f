import { timestampMs } from "@bufbuild/protobuf/wkt";
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Button } from "antd";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerService, type DistinctCustomer } from "../../api/gen/footfall/v1/customer_service_pb";
import { useFace } from "../../api/hooks";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FaceFrame } from "../../components/faces/FaceFrame";
import { customerName } from "../../components/visitorName";
import { day } from "../../time/format";
import { localZone } from "../../time/zoned";
import { useRefreshPeople } from "./queries";
import { t } from "./texts";

/** Who is known to be another person, so that the two are never suggested as one. */
export function DistinctOf({ customer, manages }: { customer: Customer; manages: boolean }) {
  const distinct = useQuery(CustomerService.method.listDistinctCustomers, { customerId: customer.customerId });
  const failure = distinct.error ? toAppError(distinct.error) : undefined;
  const others = distinct.data?.distinctCustomers ?? [];
  return (
    <section aria-labelledby="distinct-of" className="space-y-3">
      <h2 id="distinct-of" className="text-base font-semibold">
        {t("distinct.title")}
      </h2>
      {failure && <ErrorAlert {...failure} onRetry={() => void distinct.refetch()} />}
      {distinct.isSuccess && others.length === 0 && <p className="text-quiet">{t("distinct.none")}</p>}
      <ul className="m-0 list-none space-y-2 p-0">
        {others.map((other) => (
          <li key={other.customer?.customerId} className="rounded-2xl border border-line bg-surface p-3">
            <Other customerId={customer.customerId} other={other} manages={manages} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Other({ customerId, other, manages }: { customerId: string; other: DistinctCustomer; manages: boolean }) {
  const refresh = useRefreshPeople();
  const unmark = useMutation(CustomerService.method.unmarkDistinct, { onSuccess: refresh });
  const face = useFace(other.customer?.imageId ?? "");
  const failure = unmark.error ? toAppError(unmark.error) : undefined;
  if (!other.customer) return null;
  const { customerId: otherCustomerId } = other.customer;
  const name = customerName(other.customer);
  return (
    <div className="space-y-2">
      <div className="flex items-center gap-3">
        <FaceFrame status={face.status} url={face.url} alt="" className="size-10 shrink-0 rounded-lg" />
        <div className="min-w-0 flex-1">
          <Link to={`/customers/${otherCustomerId}`} className="block truncate font-medium text-ink hover:text-brand">
            {name}
          </Link>
          {other.markTime && <p className="text-xs text-quiet">{day(timestampMs(other.markTime), localZone())}</p>}
        </div>
        {manages && (
          <Button
            size="small"
            loading={unmark.isPending}
            aria-label={t("distinct.unmarkLabel", { name })}
            onClick={() => {
              unmark.mutate({ customerId, otherCustomerId });
            }}
          >
            {t("distinct.unmark")}
          </Button>
        )}
      </div>
      {other.reason !== "" && <p className="break-words text-quiet">“{other.reason}”</p>}
      {failure && <ErrorAlert {...failure} />}
    </div>
  );
}
