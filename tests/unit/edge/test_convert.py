"""What goes over the wire says what was meant, and keeps the rules of its contract."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import protovalidate
import pytest
from fakes.edge_samples import NOON, face_event, quality
from footfall.v1 import camera_settings_pb2, error_reason_pb2, face_event_pb2, ingest_service_pb2
from footfall_edge import convert
from footfall_edge.camera_health import CameraSpec
from footfall_edge.entry_line import Crossing
from footfall_edge.identifiers import new_id
from footfall_vision.types import QualityReason
from hypothesis import given
from hypothesis import strategies as st


def test_an_event_says_what_was_seen_and_is_valid() -> None:
    event = face_event(seed=7)
    message = convert.to_face_event(event)
    assert not protovalidate.Validator().collect_violations(message)
    assert message.event_id == event.event_id
    assert np.frombuffer(message.embedding.vector, "<f4") == pytest.approx(event.embedding)
    assert len(message.embedding.vector) == 2048
    assert message.box.width == pytest.approx(90)
    assert [point.x for point in message.landmarks] == pytest.approx(event.face.landmarks[:, 0])
    assert message.last_seen_time.ToDatetime(tzinfo=UTC) == event.last_seen
    assert message.image.size_bytes == 4
    assert not message.HasField("female_probability")
    assert face_event_pb2.FaceEvent.FromString(message.SerializeToString()) == message


def test_the_aligned_crop_goes_with_the_event() -> None:
    assert convert.to_face_event(replace(face_event(), aligned_jpeg=b"\xff\xd8\xff")).aligned_jpeg == (
        b"\xff\xd8\xff"
    )
    assert convert.to_face_event(face_event()).aligned_jpeg == b""


def test_an_estimate_of_gender_is_sent_when_there_is_one() -> None:
    assert convert.to_face_event(replace(face_event(), female_probability=0.0)).HasField("female_probability")


def test_an_event_tells_what_was_crossed() -> None:
    told = {
        crossing: convert.to_face_event(replace(face_event(), crossing=crossing)) for crossing in Crossing
    }
    assert told[Crossing.IN].crossing == camera_settings_pb2.CROSSING_IN
    assert told[Crossing.OUT].crossing == camera_settings_pb2.CROSSING_OUT
    assert convert.to_face_event(face_event()).crossing == camera_settings_pb2.CROSSING_UNSPECIFIED


def test_no_image_is_announced_when_there_is_none() -> None:
    assert not convert.to_face_event(face_event(jpeg=None)).HasField("image")


@pytest.mark.parametrize("reason", list(QualityReason))
def test_every_fault_has_its_name_on_the_wire(reason: QualityReason) -> None:
    message = convert.to_quality(quality(0.2, reason))
    assert [face_event_pb2.QualityReason.Name(one) for one in message.reasons] == [
        f"QUALITY_REASON_{reason.name}"
    ]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_times_come_back_as_they_went(time: datetime) -> None:
    assert convert.from_timestamp(convert.to_timestamp(time)) == time


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    local = NOON.astimezone(timezone(timedelta(hours=7)))
    assert convert.from_timestamp(convert.to_timestamp(local)) == NOON


def test_desired_cameras_are_read() -> None:
    message = ingest_service_pb2.DesiredCameras(
        revision=4,
        cameras=[
            ingest_service_pb2.CameraSpec(camera_id="c", source_url="rtsp://a:b@c/d", display_name="Door")
        ],
    )
    desired = convert.from_desired_cameras(message)
    assert desired.revision == 4
    assert desired.cameras == (CameraSpec(camera_id="c", source_url="rtsp://a:b@c/d", display_name="Door"),)
    assert "a:b" not in repr(desired), "a password must not reach a log by a repr"


def test_a_rejection_keeps_a_reason_that_is_newer_than_the_worker() -> None:
    known = ingest_service_pb2.EventRejection(sequence=1, reason=error_reason_pb2.ERROR_REASON_INVALID_FIELD)
    assert convert.from_rejection(known).reason == "INVALID_FIELD"
    newer = ingest_service_pb2.EventRejection(sequence=1)
    newer.reason = 999  # type: ignore[assignment]
    assert convert.from_rejection(newer).reason == "999"


def test_a_spooled_event_goes_out_as_it_was_written() -> None:
    message = convert.to_face_event(face_event())
    sent = convert.to_sequenced(12, message.SerializeToString())
    assert sent.face_event.sequence == 12
    assert sent.face_event.event == message


def test_a_spooled_event_goes_out_without_its_face_once_its_camera_recognises_nobody() -> None:
    message = convert.to_face_event(face_event())
    message.image.image_id = message.event_id
    message.aligned_jpeg = message.crop_jpeg = b"face"
    message.female_probability = 0.5
    message.staff_hint.staff_id = message.event_id
    spooled = message.SerializeToString()
    assert convert.to_sequenced(1, spooled, {"another"}).face_event.event == message
    sent = convert.to_sequenced(12, spooled, {message.camera_id}).face_event.event
    told = {descriptor.name for descriptor, _ in sent.ListFields()}
    assert told.isdisjoint(
        {"embedding", "image", "crop_jpeg", "aligned_jpeg", "female_probability", "staff_hint"}
    )
    assert (sent.event_id, sent.track_id, sent.final) == (message.event_id, message.track_id, message.final)
    assert message.embedding.vector not in sent.SerializeToString()


def test_ids_are_version_7_and_sort_by_time() -> None:
    from uuid import UUID  # noqa: PLC0415 (only here)

    ids = [new_id() for _ in range(200)]
    assert len(set(ids)) == 200
    assert {(UUID(one).version, UUID(one).variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)
