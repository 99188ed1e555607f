"""Which days a transaction changed, and why: what the database's triggers do when rows change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.restatement import ChangeCause, DayMark
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit

Place = tuple[UUID, date]
Moment = tuple[UUID, datetime]
"""When something began at a site."""


def note(tables: TenantTables, mark: DayMark) -> None:
    """Adds a mark to those that wait; of one cause there is one, with the times and moments of all."""
    key = (mark.site_id, mark.utc_day, mark.cause, mark.merge_id)
    known = tables.report_marks.get(key, mark)
    began = None
    if known.began is not None and mark.began is not None:
        began = min(known.began[0], mark.began[0]), max(known.began[1], mark.began[1])
    tables.report_marks[key] = replace(
        mark, since=min(known.since, mark.since), until=max(known.until, mark.until), began=began
    )


def leave_merges_out(tables: TenantTables, merge_ids: Collection[UUID]) -> None:
    """Takes merges out of the marks that wait, and out of what is told of changed days."""
    waiting = [each for each in tables.report_marks.values() if each.merge_id in merge_ids]
    for mark in waiting:
        del tables.report_marks[mark.site_id, mark.utc_day, mark.cause, mark.merge_id]
        note(tables, replace(mark, merge_id=None))
    for key, told in tables.report_restatements.items():
        if set(merge_ids) & set(told.merge_ids):
            left = tuple(each for each in told.merge_ids if each not in merge_ids)
            tables.report_restatements[key] = replace(told, merge_ids=left)


def marks_of(
    before: TenantTables, after: TenantTables, cause: tuple[ChangeCause, UUID | None], at: datetime
) -> Iterator[DayMark]:
    """The marks of what differs between two states. Those of staff and rules are of whole days."""
    for site_id, began in _of_visits(before, after) | _of_sightings(before, after):
        yield DayMark(site_id, began.date(), *cause, at, at, (began, began))
    for site_id, began in _of_staff(before, after) | _of_rules(before, after):
        yield DayMark(site_id, began.date(), *cause, at, at)


def _of_visits(before: TenantTables, after: TenantTables) -> set[Moment]:
    """Where people's visits began, and which were first, of those for whom any of that is another now."""
    touched = {
        each.customer_id for key, *rows in _changed(before.visits, after.visits) for each in rows if each
    }
    moments: set[Moment] = set()
    for person in touched:
        was, now = (_told(_of(person, tables.visits.values())) for tables in (before, after))
        moments |= {moment for moment, *_ in was ^ now}
    return moments


def _of(person: UUID, visits: Iterable[Visit]) -> list[Visit]:
    return [each for each in visits if each.customer_id == person]


def _told(visits: list[Visit]) -> set[tuple[Moment, object, bool, bool]]:
    by_time = sorted(visits, key=lambda each: (each.first_seen_at, each.visit_id))
    firsts: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for each in by_time:
        firsts[each.site_id].append(each.visit_id)
    return {
        (
            (each.site_id, each.first_seen_at),
            each.visit_id,
            each is by_time[0],
            each.visit_id == firsts[each.site_id][0],
        )
        for each in by_time
    }


def _of_sightings(before: TenantTables, after: TenantTables) -> set[Moment]:
    """Of those in no visit: where one came or went, or is somebody else's."""
    moments: set[Moment] = set()
    for _, was, now in _changed(before.sightings, after.sightings):
        said = [_passage(each) for each in (was, now)]
        if said[0] != said[1]:
            moments |= {(each.site_id, each.first_seen_at) for each in (was, now) if _counts(each)}
    return moments


def _of_staff(before: TenantTables, after: TenantTables) -> set[Moment]:
    """Of those in no visit: whose person is of another kind now."""
    staff = {
        key
        for key, was, now in _changed(before.customers, after.customers)
        if was is None or now is None or was.kind is not now.kind
    }
    if not staff:
        return set()
    return {
        (each.site_id, each.first_seen_at)
        for tables in (before, after)
        for each in tables.sightings.values()
        if each.customer_id in staff and each.visit_id is None
    }


def _counts(sighting: Sighting | None) -> bool:
    return sighting is not None and sighting.visit_id is None


def _passage(sighting: Sighting | None) -> object:
    if sighting is None or sighting.visit_id is not None:
        return None
    return sighting.site_id, sighting.first_seen_at, sighting.customer_id


def _of_rules(before: TenantTables, after: TenantTables) -> set[Moment]:
    sites = {key[0] for key, *_ in _changed(before.site_rules, after.site_rules)}
    return {
        (each.site_id, each.first_seen_at)
        for rows in (after.visits.values(), after.sightings.values())
        for each in rows
        if sites and each.site_id in sites
    }


def _changed(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> Iterator[tuple[Any, Any, Any]]:
    for key, row in after.items():
        if before.get(key) is not row:
            yield key, before.get(key), row
    for key in before.keys() - after.keys():
        yield key, before[key], None
