"""Finds, or makes, the people whom an import names."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from footfall_server.domain.identity import Principal
from footfall_server.domain.staff import StaffView
from footfall_server.domain.staff_import import ImportFault, NamedPerson, StaffImport
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Transactions
from footfall_server.services.scope import begin_for
from footfall_server.services.staff import StaffQuery, StaffService, StaffValues

_MOST_SITES = 1000
_MOST_ALIKE = 100
"""Staff whose name or number contains what is looked for."""


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Whose a picture is. `staff_id` is None with a fault, and for somebody who would be made."""

    staff_id: UUID | None = None
    created: bool = False
    fault: ImportFault | None = None


class ImportPeople:
    """The people of one run. Somebody whom several rows name is looked for once."""

    def __init__(
        self,
        *,
        staff: StaffService,
        transactions: Transactions,
        principal: Principal,
        record: StaffImport,
        validate_only: bool,
    ) -> None:
        self._staff = staff
        self._transactions = transactions
        self._principal = principal
        self._record = record
        self._validate_only = validate_only
        self._known: dict[str, FoundPerson] = {}
        self._sites: dict[str, UUID] | None = None

    async def find(self, person: NamedPerson) -> FoundPerson:
        """Whom the row means: by the employee number, else by the name. Makes who is not there.

        Raises what keeps the whole run from going on, such as UNAVAILABLE.
        """
        if person.key in self._known:
            return self._known[person.key]
        found = await self._found(person)
        if found.fault is None:
            self._known[person.key] = FoundPerson(found.staff_id)
        return found

    async def _found(self, person: NamedPerson) -> FoundPerson:
        alike = await self._alike(person)
        if len(alike) > 1:
            return FoundPerson(fault=ImportFault.AMBIGUOUS)
        if alike:
            return FoundPerson(alike[0].person.customer.customer_id)
        if not person.display_name:
            return FoundPerson(fault=ImportFault.NO_PERSON)
        site_ids = await self._site_ids(person)
        if site_ids is None:
            return FoundPerson(fault=ImportFault.SITE_UNKNOWN)
        return FoundPerson(created=True) if self._validate_only else await self._made(person, site_ids)

    async def _alike(self, person: NamedPerson) -> list[StaffView]:
        wanted = person.employee_number or person.display_name
        page = await self._staff.list(self._principal, StaffQuery(name=wanted), after=None, limit=_MOST_ALIKE)
        if person.employee_number:
            return [each for each in page.items if each.details.employee_number == wanted]
        return [
            each
            for each in page.items
            if not each.left and each.person.customer.display_name.casefold() == wanted.casefold()
        ]

    async def _made(self, person: NamedPerson, site_ids: frozenset[UUID]) -> FoundPerson:
        values = StaffValues(
            named=frozenset({"display_name", "employee_number", "job_title", "email", "site_ids"}),
            display_name=person.display_name,
            employee_number=person.employee_number,
            job_title=person.job_title,
            email=person.email,
            site_ids=site_ids,
        )
        try:
            made = await self._staff.create(
                self._principal, values, request_id=uuid5(self._record.import_id, f"person {person.key}")
            )
        except FootfallError as error:
            match error.kind:
                case ErrorKind.ALREADY_EXISTS:
                    return FoundPerson(fault=ImportFault.NUMBER_TAKEN)
                case ErrorKind.NOT_FOUND:
                    return FoundPerson(fault=ImportFault.SITE_UNKNOWN)
                case ErrorKind.INVALID_ARGUMENT:
                    return FoundPerson(fault=ImportFault.INVALID)
                case _:
                    raise
        return FoundPerson(made.person.customer.customer_id, created=True)

    async def _site_ids(self, person: NamedPerson) -> frozenset[UUID] | None:
        """None for a site that is not there or not the caller's, and when the caller has to name one."""
        if not person.sites:
            is_said = self._record.site_ids or self._principal.site_ids is None
            return self._record.site_ids if is_said else None
        if self._sites is None:
            async with begin_for(self._transactions, self._principal) as tx:
                sites = await tx.sites.list(only=self._principal.site_ids, after=None, limit=_MOST_SITES)
            self._sites = {each.display_name.casefold(): each.site_id for each in sites}
            self._sites |= {str(each.site_id): each.site_id for each in sites}
        found = [self._sites.get(each.casefold()) for each in person.sites]
        known = frozenset(each for each in found if each is not None)
        return known if None not in found else None
