"""/metrics says what the report says, in Prometheus' words, and nothing that tells a person or a place."""

from dataclasses import replace
from datetime import timedelta

from fakes.edge_samples import CAMERA_ID, NOON
from fakes.worker_reports import camera, reporter_of
from footfall_edge.analysis_counts import AnalysisCounts
from footfall_edge.camera_health import CameraState
from footfall_edge.diagnosis.metrics import MetricsPage
from footfall_edge.link.core_link import LinkState, LinkStatus
from prometheus_client.parser import text_string_to_metric_families


async def _samples(page: MetricsPage, **known: object) -> dict[tuple[str, tuple[str, ...]], float]:
    report = await reporter_of(**known).report()  # type: ignore[arg-type]
    text, content_type = page.render(report, alive=True, loop_lag=0.25, accept="")
    assert content_type.startswith("text/plain")
    assert b"Door" not in text, "a camera's name is not for metrics"
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


async def test_every_number_of_the_report_is_told() -> None:
    link = LinkStatus(state=LinkState.ONLINE, last_ack_time=NOON)
    counts = AnalysisCounts(told=7, splits=2, pictures=1)
    told = await _samples(
        MetricsPage(),
        link=link,
        cameras=[
            replace(camera(), counts=counts),
            camera("b", CameraState.FAILED, fps=0, detail="rtsp://u:secret@cam"),
        ],
        certificate_ends=NOON + timedelta(days=30),
    )
    assert told["footfall_edge_link_state", ("online",)] == 1
    assert told["footfall_edge_link_state", ("offline",)] == 0
    assert told["footfall_edge_link_last_ack_timestamp_seconds", ()] == NOON.timestamp()
    assert told["footfall_edge_certificate_end_timestamp_seconds", ()] - NOON.timestamp() == 30 * 86400
    assert told["footfall_edge_camera_state", (CAMERA_ID, "online")] == 1
    assert told["footfall_edge_camera_state", ("b", "failed")] == 1
    assert told["footfall_edge_camera_state", ("b", "online")] == 0
    assert told["footfall_edge_camera_fault", ("b", "auth")] == 1
    assert told["footfall_edge_camera_fault", ("b", "stall")] == 0
    assert told["footfall_edge_camera_fault", (CAMERA_ID, "auth")] == 0
    assert told["footfall_edge_camera_dropped_frames_total", (CAMERA_ID,)] == 12
    assert told["footfall_edge_camera_reader_kills_total", (CAMERA_ID,)] == 2
    assert told["footfall_edge_camera_analysed_frames_per_second", (CAMERA_ID,)] == 9.5
    assert told["footfall_edge_camera_last_frame_timestamp_seconds", (CAMERA_ID,)] == NOON.timestamp()
    assert told["footfall_edge_camera_tracks_total", (CAMERA_ID, "told")] == 7
    assert told["footfall_edge_camera_tracks_total", (CAMERA_ID, "split_in_two")] == 2
    assert told["footfall_edge_camera_tracks_total", (CAMERA_ID, "picture")] == 1
    assert told["footfall_edge_spool_events", ()] == 3
    assert told["footfall_edge_spool_images", ()] == 2
    assert told["footfall_edge_spool_bytes", ()] == 4711
    assert told["footfall_edge_dropped_events_total", ()] == 5
    assert told["footfall_edge_dropped_images_total", ()] == 6
    assert told["footfall_edge_spool_rejected_events", ()] == 7
    assert told["footfall_edge_replaced_events_total", ()] == 8
    assert told["footfall_edge_unreadable_events_total", ()] == 9
    assert told["footfall_edge_spool_max_bytes", ()] == 8192
    assert told["footfall_edge_spool_disk_full", ()] == 1
    assert told["footfall_edge_spool_oldest_event_timestamp_seconds", ()] == NOON.timestamp()
    assert told["footfall_edge_spooled_events_total", ()] == 40
    assert told["footfall_edge_alive", ()] == 1
    assert told["footfall_edge_clock_offset_seconds", ()] == 1.5
    assert told["footfall_edge_loop_lag_seconds", ()] == 0.25
    assert not any("secret" in part for name in told for part in (name[0], *name[1]))


async def test_a_second_scrape_tells_the_second_report_alone() -> None:
    page = MetricsPage()
    await _samples(page, cameras=[camera("a")])
    told = await _samples(page, cameras=[camera("b")])
    assert ("footfall_edge_camera_state", ("b", "online")) in told
    assert ("footfall_edge_camera_state", ("a", "online")) not in told
    assert ("footfall_edge_certificate_end_timestamp_seconds", ()) not in told, "no certificate, no end"


async def test_open_metrics_is_spoken_to_who_asks_for_it() -> None:
    report = await reporter_of().report()
    text, content_type = MetricsPage().render(
        report, alive=False, loop_lag=0, accept="application/openmetrics-text; version=1.0.0"
    )
    assert content_type.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")
    assert b"footfall_edge_alive 0.0" in text
