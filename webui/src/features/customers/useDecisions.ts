import { useMutation } from "@connectrpc/connect-query";

import { CustomerService, MergeSuggestionKind } from "../../api/gen/footfall/v1/customer_service_pb";
import type { Answer, InboxItem } from "./inbox";
import { useRefreshPeople } from "./queries";

/** Who stays when two become one, and why it is done against what was seen. */
export interface MergeOrder {
  readonly customerId: string;
  readonly sourceIds: readonly string[];
  /** Forces the merge; empty where nothing speaks against it. */
  readonly forceReason: string;
}

/** Everything that decides who is who. Each throws what the server refuses. */
export interface Decisions {
  readonly busy: boolean;
  /** Answers the merge's id, which undoes it. */
  readonly merge: (order: MergeOrder) => Promise<string>;
  readonly accept: (item: InboxItem, order: MergeOrder) => Promise<Answer>;
  readonly refuse: (item: InboxItem) => Promise<Answer>;
  readonly undo: (answer: Answer) => Promise<void>;
}

export function useDecisions(): Decisions {
  const readAgain = useRefreshPeople();
  // Not waited for: the answer is known, and what is read again may belong to a question that is over.
  const refresh = () => {
    void readAgain();
  };
  const merging = useMutation(CustomerService.method.mergeCustomers);
  const accepting = useMutation(CustomerService.method.acceptMergeSuggestion);
  const dismissing = useMutation(CustomerService.method.dismissMergeSuggestion);
  const marking = useMutation(CustomerService.method.markDistinct);
  const unmarking = useMutation(CustomerService.method.unmarkDistinct);
  const unmerging = useMutation(CustomerService.method.unmergeCustomers);

  const merge = async ({ customerId, sourceIds, forceReason }: MergeOrder): Promise<string> => {
    const { mergeId } = await merging.mutateAsync({
      customerId,
      sourceCustomerIds: [...sourceIds],
      reason: forceReason,
      force: forceReason !== "",
      requestId: crypto.randomUUID(),
    });
    refresh();
    return mergeId;
  };
  return {
    busy: [merging, accepting, dismissing, marking, unmarking, unmerging].some(({ isPending }) => isPending),
    merge,
    accept: async (item, order) => {
      // The suggestion says who stays; anything else, and what has to be forced, is a merge of its own.
      const asSuggested = order.customerId === item.customerId && order.forceReason === "";
      if (item.suggestionId === undefined || (item.kind === MergeSuggestionKind.MERGE && !asSuggested)) {
        return { item, kind: "merged", mergeId: await merge(order) };
      }
      const { mergeId } = await accepting.mutateAsync({ suggestionId: item.suggestionId });
      refresh();
      return { item, kind: "merged", mergeId };
    },
    refuse: async (item) => {
      if (item.suggestionId === undefined) {
        for (const [customerId, otherCustomerId] of pairsOf(item)) await marking.mutateAsync({ customerId, otherCustomerId });
      } else {
        await dismissing.mutateAsync({ suggestionId: item.suggestionId });
      }
      refresh();
      return { item, kind: "distinct", mergeId: "" };
    },
    undo: async ({ item, kind, mergeId }) => {
      if (kind === "merged") await unmerging.mutateAsync({ mergeId });
      if (kind === "distinct") {
        for (const [customerId, otherCustomerId] of pairsOf(item)) await unmarking.mutateAsync({ customerId, otherCustomerId });
      }
      if (kind !== "skipped") refresh();
    },
  };
}

/** The pairs that refusing a question marks as two people: with whom would stay. */
function pairsOf({ customerId, otherIds }: InboxItem): [string, string][] {
  return otherIds.map((otherId) => [customerId, otherId]);
}
