"""A gallery that can be calibrated and a change of the model, as rows of a fake database."""

from uuid import UUID

from fakes.crop_embedder import crop_of, embedding_of
from fakes.manual_clock import START
from fakes.memory_tables import GalleryRow, TenantTables
from fakes.model_parts import DEFAULT, DEFAULT_DIMENSION, SFACE, SFACE_DIMENSION
from footfall_server.domain.customer import Customer
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.models import ModelChange, ModelChangeState, TenantModel
from footfall_server.domain.person import GalleryFace

_FIRST_NUMBER = 1000
"""Above those of customers whom a test makes itself."""


def meet(
    tables: TenantTables,
    person: int,
    *,
    shots: int = 1,
    model_id: str = DEFAULT,
    crop: bytes | None = None,
) -> UUID:
    """Somebody becomes known by some shots, each with its crop unless another one is told."""
    customer_id = new_id()
    tables.customers[customer_id] = Customer(
        customer_id,
        _FIRST_NUMBER + len(tables.customers),
        START,
        root_id=customer_id,
        updated_at=START,
        display_name=f"Person {person}",
    )
    tables.counters["customers"] = tables.counters.get("customers", 0) + 1
    for shot in range(shots):
        add_shot(tables, customer_id, person, shot, model_id=model_id, crop=crop)
    return customer_id


def add_shot(
    tables: TenantTables,
    customer_id: UUID,
    person: int,
    shot: int,
    *,
    model_id: str = DEFAULT,
    crop: bytes | None = None,
) -> GalleryFace:
    """One more face that somebody is recognised by, in the index already."""
    dimension = DEFAULT_DIMENSION if model_id == DEFAULT else SFACE_DIMENSION
    face_id = new_id()
    face = GalleryFace(
        face_id=face_id,
        customer_id=customer_id,
        model_id=model_id,
        embedding=embedding_of(model_id, dimension, person, shot),
        quality_score=0.8,
        event_id=new_id(),
        created_at=START,
        exemplar_id=face_id,
        track_id=new_id(),
    )
    tables.gallery[face_id] = GalleryRow(face, indexed_at=START)
    kept = crop_of(person, shot) if crop is None else crop
    if kept:
        tables.crops[face_id] = kept
    return face


def fill_gallery(tables: TenantTables, *, people: int = 12, shots: int = 10) -> None:
    """People enough for a calibration."""
    for person in range(people):
        meet(tables, 500 + person, shots=shots)


def open_model_change(tables: TenantTables, request_id: UUID | None = None) -> UUID:
    """A paused change in which nothing is left to embed: whatever there is counts as lost."""
    change = ModelChange(new_id(), DEFAULT, SFACE, ModelChangeState.PAUSED, START)
    tables.model_changes[change.model_change_id] = change
    if request_id is not None:
        tables.requests[request_id] = change.model_change_id
    tables.tenant_models[DEFAULT] = TenantModel(DEFAULT, in_use=True, added_at=START)
    tables.tenant_models[SFACE] = TenantModel(SFACE, in_use=False, added_at=START)
    for row in tables.gallery.values():
        tables.model_change_losses[change.model_change_id, row.face.exemplar_id] = True
    return change.model_change_id
