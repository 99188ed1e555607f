"""CustomerService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import customer_service_pb2, customer_service_pb2_grpc
from google.protobuf.empty_pb2 import Empty

from footfall_server.rpc import convert_customers
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id, plain_text, to_optional_id
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.customers import CustomerService
from footfall_server.services.distinctness import Distinctness
from footfall_server.services.merging import Merging
from footfall_server.services.splitting import Splitting
from footfall_server.services.suggestions import Suggestions


class CustomerServicer(customer_service_pb2_grpc.CustomerServiceServicer):
    """Manages the people whom a tenant's cameras know."""

    def __init__(
        self,
        *,
        customers: CustomerService,
        removal: CustomerRemoval,
        merging: Merging,
        splitting: Splitting,
        distinctness: Distinctness,
        suggestions: Suggestions,
        page_tokens: PageTokens,
    ) -> None:
        self._customers = customers
        self._removal = removal
        self._merging = merging
        self._splitting = splitting
        self._distinctness = distinctness
        self._suggestions = suggestions
        self._page_tokens = page_tokens

    async def CreateCustomer(
        self, request: customer_service_pb2.CreateCustomerRequest, _context: Any
    ) -> customer_service_pb2.Customer:
        made = await self._customers.create(
            current_principal(),
            convert_customers.from_new_customer(request.customer),
            request_id=from_optional_id(request.request_id),
        )
        return convert_customers.to_customer(made)

    async def GetCustomer(
        self, request: customer_service_pb2.GetCustomerRequest, _context: Any
    ) -> customer_service_pb2.Customer:
        found = await self._customers.get(current_principal(), UUID(request.customer_id))
        return convert_customers.to_customer(found)

    async def ListCustomers(
        self, request: customer_service_pb2.ListCustomersRequest, _context: Any
    ) -> customer_service_pb2.ListCustomersResponse:
        principal = current_principal()
        page = await self._customers.list(
            principal,
            matching=convert_customers.from_customer_filter(request),
            after=self._page_tokens.open_number(request, principal),
            limit=page_limit(request.page_size),
        )
        return customer_service_pb2.ListCustomersResponse(
            customers=map(convert_customers.to_customer, page.items),
            next_page_token=self._page_tokens.seal_number(request, principal, page.next_after),
        )

    async def UpdateCustomer(
        self, request: customer_service_pb2.UpdateCustomerRequest, _context: Any
    ) -> customer_service_pb2.Customer:
        customer_id, values = convert_customers.from_customer_update(request)
        changed = await self._customers.update(current_principal(), customer_id, values)
        return convert_customers.to_customer(changed)

    async def DeleteCustomer(
        self, request: customer_service_pb2.DeleteCustomerRequest, _context: Any
    ) -> Empty:
        await self._removal.delete(current_principal(), UUID(request.customer_id))
        return Empty()

    async def ListSightings(
        self, request: customer_service_pb2.ListSightingsRequest, _context: Any
    ) -> customer_service_pb2.ListSightingsResponse:
        principal = current_principal()
        page = await self._customers.sightings(
            principal,
            UUID(request.customer_id),
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return customer_service_pb2.ListSightingsResponse(
            sightings=map(convert_customers.to_sighting, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def MergeCustomers(
        self, request: customer_service_pb2.MergeCustomersRequest, _context: Any
    ) -> customer_service_pb2.Merge:
        order = convert_customers.from_merge(request)
        if request.validate_only:
            return convert_customers.to_preview(await self._merging.preview(current_principal(), order))
        done = await self._merging.merge(current_principal(), order)
        return convert_customers.to_merge(done.merge, done.conflicts)

    async def UnmergeCustomers(
        self, request: customer_service_pb2.UnmergeCustomersRequest, _context: Any
    ) -> customer_service_pb2.Merge:
        undone = await self._merging.unmerge(current_principal(), UUID(request.merge_id))
        return convert_customers.to_merge(undone)

    async def ListMerges(
        self, request: customer_service_pb2.ListMergesRequest, _context: Any
    ) -> customer_service_pb2.ListMergesResponse:
        principal = current_principal()
        page = await self._merging.list(
            principal,
            customer_id=from_optional_id(request.customer_id),
            after=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return customer_service_pb2.ListMergesResponse(
            merges=map(convert_customers.to_merge, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def SplitCustomer(
        self, request: customer_service_pb2.SplitCustomerRequest, _context: Any
    ) -> customer_service_pb2.Customer:
        made = await self._splitting.split(current_principal(), convert_customers.from_split(request))
        return convert_customers.to_customer(made)

    async def MarkDistinct(self, request: customer_service_pb2.MarkDistinctRequest, _context: Any) -> Empty:
        await self._distinctness.mark(
            current_principal(),
            UUID(request.customer_id),
            UUID(request.other_customer_id),
            plain_text(request.reason, "reason"),
        )
        return Empty()

    async def UnmarkDistinct(
        self, request: customer_service_pb2.UnmarkDistinctRequest, _context: Any
    ) -> Empty:
        await self._distinctness.unmark(
            current_principal(), UUID(request.customer_id), UUID(request.other_customer_id)
        )
        return Empty()

    async def ListDistinctCustomers(
        self, request: customer_service_pb2.ListDistinctCustomersRequest, _context: Any
    ) -> customer_service_pb2.ListDistinctCustomersResponse:
        found = await self._distinctness.list(current_principal(), UUID(request.customer_id))
        return customer_service_pb2.ListDistinctCustomersResponse(
            distinct_customers=map(convert_customers.to_distinct_customer, found)
        )

    async def ListMergeSuggestions(
        self, request: customer_service_pb2.ListMergeSuggestionsRequest, _context: Any
    ) -> customer_service_pb2.ListMergeSuggestionsResponse:
        principal = current_principal()
        page = await self._suggestions.list(
            principal,
            after=self._page_tokens.open_score(request, principal),
            limit=page_limit(request.page_size),
        )
        return customer_service_pb2.ListMergeSuggestionsResponse(
            suggestions=map(convert_customers.to_suggestion, page.items),
            next_page_token=self._page_tokens.seal_score(request, principal, page.next_after),
            match_threshold=page.zones.match,
            new_threshold=page.zones.new,
        )

    async def RefreshMergeSuggestions(
        self, _request: customer_service_pb2.RefreshMergeSuggestionsRequest, _context: Any
    ) -> customer_service_pb2.RefreshMergeSuggestionsResponse:
        found = await self._suggestions.refresh(current_principal())
        return customer_service_pb2.RefreshMergeSuggestionsResponse(
            suggestion_count=found.suggestions, customer_count=found.customers, waiting_count=found.waiting
        )

    async def AcceptMergeSuggestion(
        self, request: customer_service_pb2.AcceptMergeSuggestionRequest, _context: Any
    ) -> customer_service_pb2.AcceptMergeSuggestionResponse:
        accepted = await self._suggestions.accept(current_principal(), UUID(request.suggestion_id))
        return customer_service_pb2.AcceptMergeSuggestionResponse(
            customer_id=str(accepted.customer_id), merge_id=to_optional_id(accepted.merge_id)
        )

    async def DismissMergeSuggestion(
        self, request: customer_service_pb2.DismissMergeSuggestionRequest, _context: Any
    ) -> Empty:
        await self._suggestions.dismiss(current_principal(), UUID(request.suggestion_id))
        return Empty()
