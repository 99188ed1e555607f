"""Suggestions, and who is marked distinct, in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, bindparam, delete, text
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.merge import DistinctMark
from footfall_server.domain.suggestion import Suggestion, SuggestionKind
from footfall_server.ports import ScoreCursor
from footfall_server.storage.postgres.merges import SOMEBODY_UNSEEN
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import distinct_pairs, merge_suggestions

# A mark may name somebody who was merged since: it counts for who they are now.
_MARKS_AMONG = """
select pair.low_id, pair.high_id, pair.reason, pair.created_at, pair.created_by
from customers low
join distinct_pairs pair on pair.tenant_id = low.tenant_id and pair.low_id = low.customer_id
join customers high on high.tenant_id = pair.tenant_id and high.customer_id = pair.high_id
where low.root_id = any({everybody}) and high.root_id = any({everybody}) and low.root_id <> high.root_id
"""
_EVERYBODY = "array_remove(customer_id || other_ids, null)"
_LIST = f"""
select suggestion_id, kind, suggested.customer_id, other_ids, score, threshold, evidence,
       suggested.created_at
from merge_suggestions suggested
where (cast(:suggestion_id as uuid) is null or suggestion_id = :suggestion_id)
  and (cast(:score as double precision) is null or (score, suggestion_id) < (:score, :below_id))
  and (suggested.customer_id is null or exists (
    select from customers
    where customers.customer_id = suggested.customer_id and merged_into is null and state = 'confirmed'))
  and not exists (
    select from unnest(other_ids) as party (customer_id)
    where not exists (
      select from customers
      where customers.customer_id = party.customer_id and merged_into is null
        and state = case when suggested.kind = 'merge' then 'confirmed' else 'waiting' end))
  and not exists ({_MARKS_AMONG.format(everybody=_EVERYBODY.replace("customer_id", "suggested.customer_id"))})
  and (cast(:sites as uuid[]) is null
       or not {SOMEBODY_UNSEEN.format(everybody=_EVERYBODY.replace("customer_id", "suggested.customer_id"))})
order by score desc, suggestion_id desc
limit :limit
"""  # noqa: S608 - made of constants
_HOLDING = text(_LIST).bindparams(
    bindparam("suggestion_id", type_=Uuid()),
    bindparam("below_id", type_=Uuid()),
    bindparam("sites", type_=ARRAY(Uuid())),
)
_AMONG = text(
    f"{_MARKS_AMONG.format(everybody='cast(:ids as uuid[])')} order by pair.low_id, pair.high_id"
).bindparams(bindparam("ids", type_=ARRAY(Uuid())))
_OF = text("""
with marked as (
  select pair.*, case when low.root_id = :root_id then high.root_id else low.root_id end as other_id
  from distinct_pairs pair
  join customers low on low.tenant_id = pair.tenant_id and low.customer_id = pair.low_id
  join customers high on high.tenant_id = pair.tenant_id and high.customer_id = pair.high_id
  where (low.root_id = :root_id) <> (high.root_id = :root_id)
    and (pair.low_id in (select customer_id from customers where root_id = :root_id)
         or pair.high_id in (select customer_id from customers where root_id = :root_id))
), latest as (
  select distinct on (other_id) * from marked order by other_id, created_at desc, low_id desc, high_id desc
)
select other_id, low_id, high_id, reason, created_at, created_by from latest
order by created_at desc, other_id desc limit :limit
""").bindparams(bindparam("root_id", type_=Uuid()))
_UNMARK = text("""
delete from distinct_pairs
using unnest(cast(:lows as uuid[]), cast(:highs as uuid[])) as given (low_id, high_id)
where distinct_pairs.low_id = given.low_id and distinct_pairs.high_id = given.high_id
""").bindparams(bindparam("lows", type_=ARRAY(Uuid())), bindparam("highs", type_=ARRAY(Uuid())))


class PostgresDistinct:
    """DistinctRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def mark(self, mark: DistinctMark) -> None:
        """See DistinctRepository.mark."""
        await self._connection.run(
            insert(distinct_pairs)
            .values(
                tenant_id=self._connection.tenant_id,
                low_id=mark.low_id,
                high_id=mark.high_id,
                reason=mark.reason,
                created_at=mark.created_at,
                created_by=mark.created_by,
            )
            .on_conflict_do_nothing()
        )

    async def unmark(self, pairs: Collection[tuple[UUID, UUID]]) -> int:
        """See DistinctRepository.unmark."""
        return await self._connection.run(
            _UNMARK, {"lows": [low for low, _ in pairs], "highs": [high for _, high in pairs]}
        )

    async def among(self, root_ids: Collection[UUID]) -> Sequence[DistinctMark]:
        """See DistinctRepository.among."""
        rows = await self._connection.rows(_AMONG, {"ids": list(root_ids)})
        return [_to_mark(row) for row in rows]

    async def of(self, root_id: UUID, limit: int) -> Mapping[UUID, DistinctMark]:
        """See DistinctRepository.of."""
        rows = await self._connection.rows(_OF, {"root_id": root_id, "limit": limit})
        return {row.other_id: _to_mark(row) for row in rows}


def _to_mark(row: Row[Any]) -> DistinctMark:
    return DistinctMark(row.low_id, row.high_id, row.reason, row.created_at, row.created_by)


class PostgresSuggestions:
    """SuggestionRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def replace_all(self, suggestions: Sequence[Suggestion]) -> None:
        """See SuggestionRepository.replace_all."""
        await self._connection.run(delete(merge_suggestions))
        for each in suggestions:
            await self._connection.run(
                insert(merge_suggestions).values(
                    tenant_id=self._connection.tenant_id,
                    suggestion_id=each.suggestion_id,
                    kind=each.kind.value,
                    customer_id=each.customer_id,
                    other_ids=list(each.other_ids),
                    score=each.score,
                    threshold=each.threshold,
                    evidence=list(each.evidence),
                    created_at=each.created_at,
                )
            )

    async def list(
        self, *, sites: Collection[UUID] | None, after: ScoreCursor | None, limit: int
    ) -> Sequence[Suggestion]:
        """See SuggestionRepository.list."""
        return await self._holding(sites=sites, after=after, limit=limit)

    async def get(self, suggestion_id: UUID) -> Suggestion | None:
        """See SuggestionRepository.get."""
        found = await self._holding(suggestion_id=suggestion_id)
        return found[0] if found else None

    async def remove(self, suggestion_id: UUID) -> None:
        """See SuggestionRepository.remove."""
        await self._connection.run(
            delete(merge_suggestions).where(merge_suggestions.c.suggestion_id == suggestion_id)
        )

    async def _holding(
        self,
        *,
        suggestion_id: UUID | None = None,
        sites: Collection[UUID] | None = None,
        after: ScoreCursor | None = None,
        limit: int = 1,
    ) -> Sequence[Suggestion]:
        rows = await self._connection.rows(
            _HOLDING,
            {
                "suggestion_id": suggestion_id,
                "sites": None if sites is None else list(sites),
                "score": None if after is None else after.score,
                "below_id": None if after is None else after.resource_id,
                "limit": limit,
            },
        )
        return [_to_suggestion(row) for row in rows]


def _to_suggestion(row: Row[Any]) -> Suggestion:
    return Suggestion(
        suggestion_id=row.suggestion_id,
        kind=SuggestionKind(row.kind),
        customer_id=row.customer_id,
        other_ids=tuple(row.other_ids),
        score=row.score,
        threshold=row.threshold,
        evidence=tuple(row.evidence),
        created_at=row.created_at,
    )
