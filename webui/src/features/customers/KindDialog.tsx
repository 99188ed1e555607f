import { useMutation } from "@connectrpc/connect-query";
import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerKind, CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { Sheet } from "../../components/overlay/Sheet";
import { customerName } from "../../components/visitorName";
import { useRefreshPeople } from "./queries";
import { t } from "./texts";

/** Makes a visitor staff or the reverse; says before what that does to the reports. */
export function KindDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const refresh = useRefreshPeople();
  const update = useMutation(CustomerService.method.updateCustomer, {
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  const name = customerName(customer);
  // What was asked stays asked: the customer is of the other kind already while the rest is read again.
  const [toStaff] = useState(customer.kind !== CustomerKind.STAFF);
  return (
    <Sheet title={toStaff ? t("toStaff.title", { name }) : t("toVisitor.title", { name })} shape="middle" onClose={onClose}>
      <div className="space-y-4">
        <p>{toStaff ? t("toStaff.body", { name, count: customer.visitCount }) : t("toVisitor.body", { name })}</p>
        {toStaff && <p className="text-quiet">{t("toStaff.back", { name })}</p>}
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            type="primary"
            loading={update.isPending}
            onClick={() => {
              update.mutate({
                customer: { customerId: customer.customerId, kind: toStaff ? CustomerKind.STAFF : CustomerKind.VISITOR },
                updateMask: { paths: ["kind"] },
              });
            }}
          >
            {t(toStaff ? "toStaff.confirm" : "toVisitor.confirm")}
          </Button>
        </div>
      </div>
    </Sheet>
  );
}
