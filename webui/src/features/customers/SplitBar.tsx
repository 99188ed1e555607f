import { useMutation } from "@connectrpc/connect-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";
import { useNavigate } from "react-router";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { Sheet } from "../../components/overlay/Sheet";
import { customerName } from "../../components/visitorName";
import { useRefreshPeople } from "./queries";
import { t } from "./texts";

/** What can be done with the sightings that are selected; it stays in sight while one scrolls. */
export function SplitBar(props: {
  customer: Customer;
  trackIds: readonly string[];
  /** Every sighting is selected, which the server refuses. */
  takesAll: boolean;
  onClear: () => void;
  onDone: () => void;
}) {
  const { customer, trackIds, takesAll, onClear, onDone } = props;
  const [asking, setAsking] = useState(false);
  return (
    <div
      role="region"
      aria-label={t("split.bar")}
      className="sticky bottom-20 z-10 rounded-2xl border border-edge bg-raised px-4 py-3 shadow-lg lg:bottom-4"
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <span role="status">{t("split.selected", { count: trackIds.length })}</span>
        <span className="flex gap-2">
          <Button onClick={onClear}>{t("split.clear")}</Button>
          <Button
            type="primary"
            disabled={takesAll}
            onClick={() => {
              setAsking(true);
            }}
          >
            {t("split.action")}
          </Button>
        </span>
      </div>
      {takesAll && <p className="mt-1 text-quiet">{t("split.all")}</p>}
      {asking && (
        <SplitDialog
          customer={customer}
          trackIds={trackIds}
          onClose={() => {
            setAsking(false);
          }}
          onDone={onDone}
        />
      )}
    </div>
  );
}

function SplitDialog(props: { customer: Customer; trackIds: readonly string[]; onClose: () => void; onDone: () => void }) {
  const { customer, trackIds, onClose, onDone } = props;
  const id = useId();
  const navigate = useNavigate();
  const refresh = useRefreshPeople();
  const [reason, setReason] = useState("");
  // The same for every try, so that a lost answer does not make two customers.
  const [requestId] = useState(() => crypto.randomUUID());
  const split = useMutation(CustomerService.method.splitCustomer, {
    onSuccess: async (made) => {
      onDone();
      void navigate(`/customers/${made.customerId}`);
      await refresh();
    },
  });
  const failure = split.error ? toAppError(split.error) : undefined;
  return (
    <Sheet title={t("split.title")} shape="middle" onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          split.mutate({ customerId: customer.customerId, trackIds: [...trackIds], reason: reason.trim(), requestId });
        }}
      >
        <p>{t("split.body", { count: trackIds.length, name: customerName(customer) })}</p>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <FormField id={id} label={t("split.reason")}>
          <Input
            id={id}
            value={reason}
            maxLength={500}
            autoComplete="off"
            onChange={(event) => {
              setReason(event.target.value);
            }}
          />
        </FormField>
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={split.isPending}>
            {t("split.confirm")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
