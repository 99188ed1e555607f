import { createClient } from "@connectrpc/connect";
import { useMutation } from "@tanstack/react-query";
import { useMemo } from "react";

import { useBackend } from "../../api/backend";
import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { fitPicture } from "../../components/faces/enrolment/fitPicture";
import { readSubject } from "./subjectRef";

/** A picture waits for its turn in the core; longer than this it is not coming. */
const SEARCH_TIMEOUT_MS = 60_000;

/** Finds whom a picture resembles. The picture is in no cache: it goes with the page. */
export function useSubjectSearch() {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(ErasureService, transport), [transport]);
  return useMutation({
    gcTime: 0,
    mutationFn: async ({ picture, ticket }: { picture: Blob; ticket: string }) => {
      const image = new Uint8Array(await (await fitPicture(picture)).arrayBuffer());
      return client.findErasureSubjects({ image, ticket }, { timeoutMs: SEARCH_TIMEOUT_MS });
    },
  });
}

/** Somebody who may be erased, and the picture of a camera that shows them where one is known. */
export interface Named {
  readonly subjectId: string;
  readonly imageId: string;
}

/** Finds who is meant by a number or an address; "fault" when it is neither, undefined when nobody has the number. */
export function useNamedSubject() {
  const { transport } = useBackend();
  const client = useMemo(() => createClient(CustomerService, transport), [transport]);
  return useMutation({
    mutationFn: async (text: string): Promise<Named | "fault" | undefined> => {
      const subject = readSubject(text);
      if (!subject) return "fault";
      if (subject.by === "id") return { subjectId: subject.subjectId, imageId: "" };
      const { customers } = await client.listCustomers({ number: subject.number, pageSize: 1 });
      const [customer] = customers;
      return customer && { subjectId: customer.customerId, imageId: customer.imageId };
    },
  });
}
