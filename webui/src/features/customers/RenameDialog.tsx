import { useMutation } from "@connectrpc/connect-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { Sheet } from "../../components/overlay/Sheet";
import { customerName } from "../../components/visitorName";
import { NAME_LENGTH } from "./customerFilters";
import { useRefreshPeople } from "./queries";
import { t } from "./texts";

/** Names somebody, or takes a name away. */
export function RenameDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const id = useId();
  const refresh = useRefreshPeople();
  const [name, setName] = useState(customer.displayName);
  const update = useMutation(CustomerService.method.updateCustomer, {
    onSuccess: async () => {
      await refresh();
      onClose();
    },
  });
  const failure = update.error ? toAppError(update.error) : undefined;
  return (
    <Sheet title={t("rename.title", { name: customerName(customer) })} shape="middle" onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          update.mutate({
            customer: { customerId: customer.customerId, displayName: name.trim() },
            updateMask: { paths: ["display_name"] },
          });
        }}
      >
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <FormField id={id} label={t("rename.name")} hint={t("rename.hint")} fault={failure?.fields[0]?.description}>
          <Input
            id={id}
            value={name}
            maxLength={NAME_LENGTH}
            autoComplete="off"
            autoFocus
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </FormField>
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={update.isPending}>
            {t("rename.save")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
