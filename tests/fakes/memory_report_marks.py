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


def note(tables: TenantTables, mark: DayMark) -> None:
    """Adds a mark to those that wait; of the same cause there is one, with the time of all."""
    key = (mark.site_id, mark.utc_day, mark.cause, mark.merge_id)
    known = tables.report_marks.get(key, mark)
    tables.report_marks[key] = replace(
        mark, since=min(known.since, mark.since), until=max(known.until, mark.until)
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
    """The marks of what differs between two states."""
    changed = (of(before, after) for of in (_of_visits, _of_sightings, _of_rules))
    for site_id, utc_day in set().union(*changed):
        yield DayMark(site_id, utc_day, *cause, at, at)


def _of_visits(before: TenantTables, after: TenantTables) -> set[Place]:
    """Where people's visits began, and which were first, of those for whom any of that is another now."""
    touched = {
        each.customer_id for key, *rows in _changed(before.visits, after.visits) for each in rows if each
    }
    places: set[Place] = set()
    for person in touched:
        was, now = (_told(_of(person, tables.visits.values())) for tables in (before, after))
        places |= {place for place, *_ in was ^ now}
    return places


def _of(person: UUID, visits: Iterable[Visit]) -> list[Visit]:
    return [each for each in visits if each.customer_id == person]


def _told(visits: list[Visit]) -> set[tuple[Place, object, bool, bool]]:
    by_time = sorted(visits, key=lambda each: (each.first_seen_at, each.visit_id))
    firsts: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for each in by_time:
        firsts[each.site_id].append(each.visit_id)
    return {
        (
            (each.site_id, each.first_seen_at.date()),
            (each.visit_id, each.first_seen_at),
            each is by_time[0],
            each.visit_id == firsts[each.site_id][0],
        )
        for each in by_time
    }


def _of_sightings(before: TenantTables, after: TenantTables) -> set[Place]:
    """Of those in no visit: where one came or went, or is somebody else's, or of another kind of person."""
    staff = {
        key
        for key, was, now in _changed(before.customers, after.customers)
        if was is None or now is None or was.kind is not now.kind
    }
    places: set[Place] = set()
    for _, was, now in _changed(before.sightings, after.sightings):
        said = [_passage(each) for each in (was, now)]
        if said[0] != said[1]:
            places |= {(each.site_id, each.first_seen_at.date()) for each in (was, now) if _counts(each)}
    if staff:
        places |= {
            (each.site_id, each.first_seen_at.date())
            for tables in (before, after)
            for each in tables.sightings.values()
            if each.customer_id in staff and each.visit_id is None
        }
    return places


def _counts(sighting: Sighting | None) -> bool:
    return sighting is not None and sighting.visit_id is None


def _passage(sighting: Sighting | None) -> object:
    if sighting is None or sighting.visit_id is not None:
        return None
    return sighting.site_id, sighting.first_seen_at, sighting.customer_id


def _of_rules(before: TenantTables, after: TenantTables) -> set[Place]:
    sites = {key[0] for key, *_ in _changed(before.site_rules, after.site_rules)}
    return {
        (each.site_id, each.first_seen_at.date())
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
