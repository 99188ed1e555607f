"""Makes people one, and two again. Moves pointers and rewrites nothing that was decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.change import NewChange
from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.merge import Merge, under
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.restatement import ChangeCause
from footfall_server.ports import Transaction
from footfall_server.services.known_customers import with_all_visits
from footfall_server.services.merge_planning import MergePlan
from footfall_server.services.visit_rebuild import VisitRebuild


@dataclass(frozen=True, slots=True)
class Moved:
    """A merge that was made or undone, and what watchers are to be told of it."""

    merge: Merge
    changes: Sequence[NewChange]


class MergeLedger:
    """Works inside one exclusive transaction, for one caller. Whoever uses it appends the changes, last."""

    def __init__(self, tx: Transaction, principal: Principal, now: datetime) -> None:
        self._tx = tx
        self._principal = principal
        self._now = now

    async def merge(
        self, plan: MergePlan, *, reason: str = "", forced: bool = False, request_id: UUID | None = None
    ) -> Moved:
        """Does what the plan says. The target is a customer; a source may be somebody who waits."""
        target, source_ids = plan.target, [each.customer_id for each in plan.sources]
        merge_id = new_id()
        joins_staff = target.kind is CustomerKind.STAFF
        cause = ChangeCause.STAFF_CHANGE if joins_staff else ChangeCause.MERGE
        await self._tx.report_days.because(cause, merge_id)
        family = await self._tx.customers.families(source_ids)
        named = replace(target, display_name=plan.name, updated_at=self._now)
        await self._tx.customers.save([named, *(self._under(target, each) for each in family)])
        settled = FaceOutcome.STAFF if target.kind is CustomerKind.STAFF else FaceOutcome.KNOWN
        await self._tx.sightings.save(
            [
                replace(
                    each,
                    customer_id=target.customer_id,
                    outcome=settled if each.outcome is FaceOutcome.PENDING else each.outcome,
                )
                for each in plan.sightings
                if each.customer_id != target.customer_id
            ]
        )
        changes = await VisitRebuild(self._tx).of([target.customer_id, *source_ids])
        if plan.name != target.display_name:
            changes = await with_all_visits(self._tx, changes, [target.customer_id])
        merge = Merge(
            merge_id=merge_id,
            target_id=target.customer_id,
            source_ids=tuple(source_ids),
            reason=reason,
            forced=forced,
            name_before=target.display_name,
            name_after=plan.name,
            visits_before=plan.visits_before,
            visits_after=plan.visits_after,
            created_at=self._now,
            created_by=self._principal.subject_id,
        )
        await self._tx.merges.add(merge, request_id)
        await self._note(Action.CUSTOMER_MERGE, merge)
        return Moved(merge, changes)

    async def undo(self, merge: Merge) -> Moved:
        """Makes each source stand for itself again, with whatever was merged into it.

        What was seen since goes to whose face it was matched with. The target's name comes back unless
        somebody changed it since. A source that waited waits again.
        """
        await self._tx.report_days.because(ChangeCause.UNMERGE, merge.merge_id)
        named = await self._tx.customers.find([merge.target_id, *merge.source_ids])
        root_id = named[merge.target_id].root_id
        family = await self._tx.customers.families([root_id])
        changed = [self._renamed(named[merge.target_id], merge)]
        new_root: dict[UUID, Customer] = {}
        for source_id in merge.source_ids:
            source = named[source_id]
            for member in under(family, source_id):
                new_root[member.customer_id] = source
                changed.append(self._on_its_own(member, source))
        await self._tx.customers.save(changed)
        sightings = await self._tx.sightings.of_customers([root_id])
        returned = [
            replace(each, customer_id=root.customer_id, outcome=_outcome_of(root, each.outcome))
            for each in sightings
            if each.owner_id is not None and (root := new_root.get(each.owner_id)) is not None
        ]
        await self._tx.sightings.save(returned)
        changes = await VisitRebuild(self._tx).of([root_id, *merge.source_ids])
        if changed[0].display_name != named[merge.target_id].display_name:
            changes = await with_all_visits(self._tx, changes, [root_id])
        undone = replace(merge, undone_at=self._now, undone_by=self._principal.subject_id)
        await self._tx.merges.save(undone)
        await self._note(Action.CUSTOMER_UNMERGE, undone)
        return Moved(undone, changes)

    def _under(self, target: Customer, member: Customer) -> Customer:
        if not member.is_root:
            return replace(member, root_id=target.root_id)
        return replace(member, root_id=target.root_id, merged_into=target.customer_id, updated_at=self._now)

    def _on_its_own(self, member: Customer, source: Customer) -> Customer:
        if member.customer_id != source.customer_id:
            return replace(member, root_id=source.customer_id)
        return replace(member, root_id=source.customer_id, merged_into=None, updated_at=self._now)

    def _renamed(self, target: Customer, merge: Merge) -> Customer:
        if target.display_name != merge.name_after:
            return replace(target, updated_at=self._now)
        return replace(target, display_name=merge.name_before, updated_at=self._now)

    async def _note(self, action: Action, merge: Merge) -> None:
        detail = {
            "merge_id": merge.merge_id,
            "source_ids": merge.source_ids,
            "forced": merge.forced,
            "reason": merge.reason,
            "visits_before": merge.visits_before,
            "visits_after": merge.visits_after,
        }
        await self._tx.audit.append(
            AuditEntry.of(self._principal, action, merge.target_id, at=self._now, detail=detail)
        )


def _outcome_of(root: Customer, outcome: FaceOutcome) -> FaceOutcome:
    return FaceOutcome.PENDING if root.state is IdentityState.WAITING else outcome
