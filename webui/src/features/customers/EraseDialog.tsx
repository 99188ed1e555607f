import { createConnectQueryKey, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useId, useState } from "react";

import { toAppError } from "../../api/errors";
import { type Customer, CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { Sheet } from "../../components/overlay/Sheet";
import { customerName } from "../../components/visitorName";
import { refreshPeople } from "./queries";
import { t } from "./texts";

/** Forgets somebody, after their name was typed: it cannot be undone. */
export function EraseDialog(props: { customer: Customer; onClose: () => void; onErased: () => void }) {
  const { customer, onClose, onErased } = props;
  const id = useId();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const name = customerName(customer);
  const deletion = useMutation(CustomerService.method.deleteCustomer, {
    onSuccess: async () => {
      onErased();
      // What was read of somebody who is forgotten is not kept, nor asked for again.
      queries.removeQueries({
        queryKey: createConnectQueryKey({
          schema: CustomerService.method.getCustomer,
          input: { customerId: customer.customerId },
          cardinality: "finite",
        }),
      });
      await refreshPeople(queries);
    },
  });
  const failure = deletion.error ? toAppError(deletion.error) : undefined;
  const confirmed = sameWords(typed, name);
  const merged = customer.mergedCustomerIds.length;
  return (
    <Sheet title={t("erase.title", { name })} shape="middle" onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (confirmed && !deletion.isPending) deletion.mutate({ customerId: customer.customerId });
        }}
      >
        <div>
          <p>{t("erase.goes")}</p>
          <ul className="list-disc pl-5">
            {customer.faceCount > 0 && <li>{t("erase.faces", { count: customer.faceCount })}</li>}
            <li>{t("erase.images")}</li>
            {customer.visitCount > 0 && <li>{t("erase.visits", { count: customer.visitCount })}</li>}
            {merged > 0 && <li>{t("erase.merged", { count: merged })}</li>}
          </ul>
        </div>
        <p className="text-quiet">{t("erase.after")}</p>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <FormField id={id} label={t("erase.type", { name })}>
          <Input
            id={id}
            value={typed}
            autoComplete="off"
            onChange={(event) => {
              setTyped(event.target.value);
            }}
          />
        </FormField>
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" danger htmlType="submit" disabled={!confirmed} loading={deletion.isPending}>
            {t("erase.confirm")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}

/** Case and spaces do not matter: what is typed shows that somebody meant it. */
function sameWords(typed: string, name: string): boolean {
  const words = (text: string) => text.trim().replaceAll(/\s+/g, " ").toLowerCase();
  return words(typed) === words(name);
}
