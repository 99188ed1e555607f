import { createConnectQueryKey, useInfiniteQuery, useQuery } from "@connectrpc/connect-query";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";

import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { VisitService } from "../../api/gen/footfall/v1/visit_service_pb";
import { LONG_LIST, nextPage } from "../../api/longList";
import { type CustomerFilters, toRequest } from "./customerFilters";

const SIGHTINGS_PAGE = 100;

/** Customers by number, read as far as somebody scrolled. */
export function useCustomerPages(filters: CustomerFilters, enabled = true) {
  return useInfiniteQuery(
    CustomerService.method.listCustomers,
    { ...toRequest(filters), pageToken: "" },
    { ...LONG_LIST, enabled },
  );
}

export function useCustomer(customerId: string, enabled = true) {
  return useQuery(CustomerService.method.getCustomer, { customerId }, { enabled });
}

/** The sightings of a customer, the newest first, as far as somebody asked for older ones. */
export function useSightingPages(customerId: string) {
  return useInfiniteQuery(
    CustomerService.method.listSightings,
    { customerId, pageSize: SIGHTINGS_PAGE, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: nextPage },
  );
}

/** Merges that a customer was part of, the newest first. */
export function useMergesOf(customerId: string) {
  return useQuery(CustomerService.method.listMerges, { customerId, pageSize: 100 });
}

/** Who is who has changed: everything that was read of customers and visits is read again. */
export async function refreshPeople(queries: QueryClient): Promise<void> {
  const lists = createConnectQueryKey({ schema: CustomerService.method.listCustomers, cardinality: "infinite" });
  // Of a long list only the first page, which is what will be looked at.
  void queries.resetQueries({ queryKey: lists });
  await Promise.all(
    [CustomerService, VisitService].map((schema) =>
      queries.invalidateQueries({
        queryKey: createConnectQueryKey({ schema, cardinality: undefined }),
        predicate: ({ queryKey }) => !isListOfCustomers(queryKey),
      }),
    ),
  );
}

function isListOfCustomers(queryKey: readonly unknown[]): boolean {
  const [, detail] = queryKey as [string, { methodName?: string; cardinality?: string }];
  return detail.methodName === CustomerService.method.listCustomers.name && detail.cardinality === "infinite";
}

/** The same, for whoever is in a component. */
export function useRefreshPeople(): () => Promise<void> {
  const queries = useQueryClient();
  return () => refreshPeople(queries);
}

/** As many of the latest sightings as say what somebody looks like. */
export function useRecentSightings(customerId: string) {
  return useQuery(CustomerService.method.listSightings, { customerId, pageSize: 200 }, { staleTime: 60_000 });
}

/** Who may be one person, the surest first. Others work through the same list, so it is read again and again. */
export function useSuggestions() {
  return useQuery(CustomerService.method.listMergeSuggestions, { pageSize: 100 }, { refetchInterval: 5000 });
}
