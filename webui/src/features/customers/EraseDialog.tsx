import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect, useState } from "react";

import { type Customer, CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import type { Erasure } from "../../api/gen/footfall/v1/erasure_service_pb";
import { LinkButton } from "../../components/LinkButton";
import { Sheet } from "../../components/overlay/Sheet";
import { customerName } from "../../components/visitorName";
import { ErasureForm } from "../../panels/erasure/ErasureForm";
import { refreshPeople } from "./queries";
import { t } from "./texts";

/** Forgets somebody, after their name was typed, and says where the receipt will be. */
export function EraseDialog(props: { customer: Customer; onClose: () => void; onErased: () => void }) {
  const { customer, onClose, onErased } = props;
  const { customerId, mergedCustomerIds } = customer;
  const queries = useQueryClient();
  const [erasure, setErasure] = useState<Erasure>();
  const name = customerName(customer);
  useEffect(() => {
    if (!erasure) return undefined;
    return () => {
      // After the page is left, and not before: it would read of somebody who is forgotten, and say that they are not found.
      queueMicrotask(() => {
        queries.removeQueries({
          queryKey: createConnectQueryKey({ schema: CustomerService.method.getCustomer, input: { customerId }, cardinality: "finite" }),
        });
        void refreshPeople(queries);
      });
    };
  }, [erasure, queries, customerId]);
  if (erasure) {
    return (
      <Sheet key="done" title={t("erase.done", { name })} shape="middle" onClose={onErased}>
        <div className="space-y-4">
          <p role="status">{t("erase.doneNote")}</p>
          <div className="flex flex-wrap justify-end gap-3">
            <Button onClick={onErased}>{t("customer.all")}</Button>
            <LinkButton primary to={`/privacy?erasure=${erasure.erasureId}`}>
              {t("erase.follow")}
            </LinkButton>
          </div>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet title={t("erase.title", { name })} shape="middle" onClose={onClose}>
      <ErasureForm subjectId={customerId} merged={mergedCustomerIds.length} onErased={setErasure} onCancel={onClose} />
    </Sheet>
  );
}
