"""Merges and forgetting on the real database: compared row by row, in every table that there is."""
# ruff: noqa: S608  # names of tables and columns come from the catalogue

import json
import random
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from customer_samples import a_customer, a_mark, a_merge, a_suggestion, a_track, an_admin
from database_fixtures import FootfallDatabase
from fakes.erasures import a_tombstone_maker
from fakes.manual_clock import ManualClock
from fakes.memory_images import MemoryImages
from fakes.merge_world import MergeWorld, visits_by_brute_force
from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import ImageState
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.ports import Transactions
from footfall_server.services.customer_removal import CustomerRemoval
from footfall_server.services.report_days import ReportDays
from footfall_server.storage.postgres.engine import make_engine
from footfall_server.storage.postgres.transactions import PostgresTransactions
from storage_samples import NOON, a_face, a_site, a_tenant, an_image

# Nobody's number in the days of reports is ever given to somebody else, so it stays.
TELL_OF_MERGING = {"merges", "audit_log", "audit_heads", "changes", "tenant_revisions", "report_people"}
# The days of the world are over: what merges did to them is told.
TELL_OF_MERGING |= {"report_restatements"}
COLUMNS = """
    select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
           string_agg(quote_ident(a.attname), ', ' order by a.attnum)
             filter (where format_type(a.atttypid, null) in ('uuid', 'uuid[]')) as ids
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
      and not a.attisdropped and a.attname <> 'updated_at'
    group by c.relname
"""


@pytest.fixture
async def transactions(footfall_database: FootfallDatabase) -> AsyncIterator[Transactions]:
    engine = make_engine(footfall_database.app_dsn)
    yield PostgresTransactions(engine)
    await engine.dispose()


@pytest.fixture
async def superuser(footfall_database: FootfallDatabase) -> AsyncIterator[asyncpg.Connection]:
    """Sees every row, whatever the policies say."""
    connection = await asyncpg.connect(footfall_database.superuser_dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def tenant_id(transactions: Transactions) -> UUID:
    tenant = a_tenant()
    async with transactions.begin_platform() as tx:
        await tx.add_tenant(tenant, None)
    return tenant.tenant_id


async def all_rows(superuser: asyncpg.Connection) -> dict[str, list[str]]:
    """Every row of every table, without the time of its last change."""
    return {
        table["name"]: sorted(
            str(tuple(row))
            for row in await superuser.fetch(f"select {table['columns']} from {table['name']}")
        )
        for table in await superuser.fetch(COLUMNS)
        if table["name"] not in TELL_OF_MERGING
    }


async def tables_that_name(superuser: asyncpg.Connection, ids: Collection[UUID]) -> set[str]:
    """The tables in which one of the ids is anywhere."""
    found = set()
    for table in await superuser.fetch(COLUMNS):
        if table["ids"] is None:
            continue
        texts = " || ' ' || ".join(
            f"coalesce({column}::text, '')" for column in str(table["ids"]).split(", ")
        )
        named = await superuser.fetchval(
            f"select exists (select from {table['name']} where {texts} ~ $1)",
            "|".join(str(each) for each in ids),
        )
        if named:
            found.add(table["name"])
    return found


def some_tracks(chance: random.Random, people: list[UUID], sites: list[UUID]) -> list[Sighting]:
    cameras = {site: [new_id(), new_id()] for site in sites}
    tracks = []
    for _ in range(60):
        site = chance.choice(sites)
        at = NOON + timedelta(minutes=chance.randrange(0, 3 * 24 * 60))
        lasting = timedelta(minutes=chance.choice([0, 1, 5, 40]))
        camera_id = chance.choice(cameras[site])
        tracks.append(a_track(chance.choice(people), site, at=at, lasting=lasting, camera_id=camera_id))
    return tracks


async def test_merges_undone_in_any_order_leave_every_row_of_every_table_as_it_was(
    transactions: Transactions, superuser: asyncpg.Connection, tenant_id: UUID
) -> None:
    chance = random.Random(20261122)
    clock = ManualClock(NOON)
    world = MergeWorld(transactions, tenant_id, clock)
    sites = [a_site("Old Town"), replace(a_site("Harbour"), visit_gap=timedelta(minutes=10))]
    names = ["Ann", "", "", "Bob", ""]
    people = [a_customer(name) for name in names]
    people += [a_customer(kind=CustomerKind.STAFF), a_customer(state=IdentityState.WAITING)]
    ids = [each.customer_id for each in people]
    await world.open(sites, people)
    tracks = some_tracks(chance, ids, [site.site_id for site in sites])
    for track in tracks:
        await world.record(track)
    async with transactions.begin_exclusive(tenant_id) as tx:
        for customer_id in ids:
            await tx.exemplars.promote(a_face(customer_id))
        await tx.distinct.mark(a_mark(ids[0], ids[3]))
    rules = {site.site_id: SiteRules.first_of(site) for site in sites}
    days = ReportDays(transactions=transactions)
    await days.refresh(tenant_id)
    before, counted = await all_rows(superuser), await world.counted()
    assert before["report_days"], "no day of a report is kept"
    for _ in range(6):
        merges = []
        for _ in range(9):
            clock.advance(timedelta(minutes=1))
            target_id, source_id = chance.sample(ids, 2)
            made = await world.merge(target_id, [source_id], force=True)
            merges += [] if made is None else [made]
            async with transactions.begin(tenant_id) as tx:
                customers = (await tx.customers.find(ids)).values()
                seen = (await tx.sightings.by_track([each.track_id for each in tracks])).values()
            assert await world.counted() == visits_by_brute_force(customers, seen, rules)
        assert len(merges) >= 3
        await days.refresh(tenant_id)
        assert await all_rows(superuser) != before
        chance.shuffle(merges)
        for merge_id in merges:
            await world.undo(merge_id)
        assert await world.counted() == counted
        await days.refresh(tenant_id)
        assert await all_rows(superuser) == before


async def test_a_person_who_is_forgotten_is_named_nowhere_but_where_it_has_to_be(
    transactions: Transactions, superuser: asyncpg.Connection, tenant_id: UUID
) -> None:
    clock, images = ManualClock(NOON), MemoryImages()
    world = MergeWorld(transactions, tenant_id, clock)
    site = a_site("Old Town")
    ann, bob, other = (a_customer("Frau Q7 vertraulich") for _ in range(3))
    await world.open([site], [ann, bob, other])
    tracks = [a_track(each.customer_id, site.site_id) for each in (ann, bob, other)]
    for track in tracks:
        await world.record(track)
    pictures = [
        replace(an_image(tenant_id, site.site_id), track_id=track.track_id, state=ImageState.STORED)
        for track in tracks
    ]
    faces = [replace(a_face(track.owner_id or new_id()), track_id=track.track_id) for track in tracks]
    for picture in pictures:
        await images.put(picture.object_key, b"jpeg", "image/jpeg")
    async with transactions.begin_exclusive(tenant_id) as tx:
        for face in faces:
            await tx.exemplars.promote(face)
        for each in (ann, bob, other):
            await tx.customers.note_sites(each.customer_id, [site.site_id])
        await tx.distinct.mark(a_mark(ann.customer_id, other.customer_id))
        await tx.suggestions.replace_all([a_suggestion(other.customer_id, bob.customer_id)])
        await tx.merges.add(a_merge(other.customer_id, new_id()), None)
        await tx.batches.write(BatchRecords(at=NOON, images=pictures))
    for face, track in zip(faces, tracks, strict=True):
        await superuser.execute(
            "insert into exemplar_crops (tenant_id, exemplar_id, jpeg, created_at) "
            "values ($1, $2, $3, now())",
            tenant_id,
            face.exemplar_id,
            b"jpeg",
        )
        await superuser.execute(
            "insert into model_change_losses (tenant_id, model_change_id, exemplar_id) values ($1, $2, $3)",
            tenant_id,
            new_id(),
            face.exemplar_id,
        )
        await superuser.execute(
            "insert into track_faces (tenant_id, track_id, model_id, embedding, quality_score, event_id, "
            "seen_at) values ($1, $2, 'model', $3, 0.5, $4, now())",
            tenant_id,
            track.track_id,
            face.embedding.tobytes(),
            new_id(),
        )
        await superuser.execute(
            "insert into decisions (tenant_id, event_id, track_id, site_id, decided_at, detail) "
            "values ($1, $2, $3, gen_random_uuid(), now(), '{}')",
            tenant_id,
            new_id(),
            track.track_id,
        )
    assert await world.merge(ann.customer_id, [bob.customer_id], force=True) is not None
    gone = [ann.customer_id, bob.customer_id]
    gone += [each for face in faces[:2] for each in (face.face_id, face.event_id)]
    gone += [each for track in tracks[:2] for each in (track.track_id, track.visit_seed or new_id())]
    gone += [picture.image_id for picture in pictures[:2]]
    stays = await tables_that_name(superuser, [other.customer_id, faces[2].face_id, tracks[2].track_id])
    assert len(await tables_that_name(superuser, gone)) >= 13
    admin = an_admin(tenant_id)
    await CustomerRemoval(
        transactions=transactions, images=images, tombstones=a_tombstone_maker(), clock=clock
    ).delete(admin, bob.customer_id)
    assert await tables_that_name(superuser, gone) == {"index_removals", "audit_log", "changes", "erasures"}
    left = await tables_that_name(superuser, [other.customer_id, faces[2].face_id, tracks[2].track_id])
    assert left == stays - {"distinct_pairs", "merge_suggestions"}
    assert images.objects.keys() == {pictures[2].object_key}
    removed = await superuser.fetch("select face_id from index_removals where tenant_id = $1", tenant_id)
    assert {row["face_id"] for row in removed} == {face.face_id for face in faces[:2]}
    people = await superuser.fetchval(
        "select people from site_people_counts where tenant_id = $1 and site_id = $2", tenant_id, site.site_id
    )
    assert people == 1
    [detail] = [
        json.loads(row["detail"])
        for row in await superuser.fetch(
            "select detail from audit_log where tenant_id = $1 and action = 'customer.delete'", tenant_id
        )
    ]
    assert (detail["faces"], detail["tracks"], detail["images"]) == (2, 2, 2)
    audited = await superuser.fetch("select detail from audit_log where tenant_id = $1", tenant_id)
    assert not any("vertraulich" in row["detail"] for row in audited)
