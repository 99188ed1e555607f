"""Customers as people see them, in one statement per page.

The page is cut before anything is joined, so the price follows the page, not the table. `:sites` are those
that the caller may see, null for all. What the page needs of a customer is found by indexes that lead with
the tenant, which row-level security adds, and the customer.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, TextClause, Uuid, bindparam, text

from footfall_server.domain.customer import Customer, CustomerView

_COLUMNS = (
    "customer_id, number, created_at, root_id, updated_at, display_name, state, kind, merged_into, "
    "confirmed_at"
)
_SEEN = """
exists (select from sightings where sightings.customer_id = customers.customer_id
        and sightings.site_id = any(cast({sites} as uuid[])))
"""
_AS_SEEN = """
select page.*, seen.first_seen, seen.last_seen, seen.visit_count, seen.image_id,
  (select count(distinct exemplar_id) from gallery_faces
   where customer_id = any(family.ids)) as face_count,
  array_remove(family.ids, page.customer_id) as merged_ids
from page
cross join lateral (
  select array_agg(member.customer_id order by member.customer_id) as ids
  from customers member where member.root_id = page.customer_id
) family
cross join lateral (
  select min(first_seen_at) as first_seen, max(last_seen_at) as last_seen,
         count(distinct visit_id) as visit_count,
         (array_agg(images.image_id order by quality_score desc, sightings.track_id desc)
            filter (where images.state = 'stored'))[1] as image_id
  from sightings left join images
    on images.tenant_id = sightings.tenant_id and images.image_id = sightings.image_id
  where sightings.customer_id = page.customer_id
    and (cast(:sites as uuid[]) is null or sightings.site_id = any(cast(:sites as uuid[])))
) seen
order by page.number
"""


def _statement(page: str) -> TextClause:
    return text(f"with page as materialized ({page}) {_AS_SEEN}").bindparams(
        bindparam("sites", type_=ARRAY(Uuid()))
    )


VIEWS = _statement(f"""
  select {_COLUMNS} from customers
  where customer_id = any(cast(:ids as uuid[])) and merged_into is null and state = 'confirmed'
    and (cast(:sites as uuid[]) is null or {_SEEN.format(sites=":sites")})
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())))  # noqa: S608 - made of constants

LIST = _statement(f"""
  select {_COLUMNS} from customers
  where number > :after and merged_into is null and state = 'confirmed'
    and (cast(:kind as text) is null or kind = :kind)
    and (cast(:number as bigint) is null or number = :number)
    and strpos(lower(display_name), lower(cast(:name as text))) > 0
    and (cast(:seen_at as uuid[]) is null or {_SEEN.format(sites=":seen_at")})
  order by number limit :limit
""").bindparams(bindparam("seen_at", type_=ARRAY(Uuid())))  # noqa: S608 - made of constants


def parameters_of(sites: Collection[UUID] | None) -> Mapping[str, Any]:
    """The parameter of both that says what may be seen."""
    return {"sites": None if sites is None else list(sites)}


def to_view(row: Row[Any], customer: Customer) -> CustomerView:
    """A view from a row of either statement."""
    return CustomerView(
        customer=customer,
        merged_ids=tuple(row.merged_ids),
        first_seen_at=row.first_seen,
        last_seen_at=row.last_seen,
        visit_count=row.visit_count,
        face_count=row.face_count,
        image_id=row.image_id,
    )
