import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";

import { toAppError } from "../../api/errors";
import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { useSession } from "../../api/hooks";
import { can } from "../../api/permissions";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { t } from "./texts";

/** Takes one sighting out of a customer, as somebody of its own. Asks first; offers nothing to who may not. */
export function SplitAction({ customerId, trackId }: { customerId: string; trackId: string }) {
  const who = useSession();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  // Made once per question, so that a call that is sent again does it once.
  const [requestId, setRequestId] = useState("");
  const split = useMutation(CustomerService.method.splitCustomer, {
    onSuccess: () => {
      setAsking(false);
      // Visits, customers and explanations are others than they were.
      void queries.invalidateQueries();
    },
  });
  if (!can(who, "customers.manage")) return null;
  if (split.data) {
    return (
      <p role="status">
        {t("splitDone")}{" "}
        <Link to={`/visits?customer=${split.data.customerId}`} className="font-medium text-brand">
          {t("visitor", { number: split.data.number.toString() })}
        </Link>
      </p>
    );
  }
  if (!asking) {
    return (
      <Button
        onClick={() => {
          setRequestId(crypto.randomUUID());
          setAsking(true);
        }}
      >
        {t("notThisPerson")}
      </Button>
    );
  }
  const failure = split.error ? toAppError(split.error) : undefined;
  const [fault] = failure?.fields ?? [];
  return (
    <div className="w-full space-y-3 rounded-xl border border-line p-4">
      <p>{t("splitNote")}</p>
      {failure && <ErrorAlert title={failure.title} hint={fault?.description ?? failure.hint} />}
      <div className="flex justify-end gap-3">
        <Button
          onClick={() => {
            setAsking(false);
            split.reset();
          }}
        >
          {t("cancel")}
        </Button>
        <Button
          type="primary"
          loading={split.isPending}
          onClick={() => {
            split.mutate({ customerId, trackIds: [trackId], requestId });
          }}
        >
          {t("somebodyElse")}
        </Button>
      </div>
    </div>
  );
}
