"""/metrics: the worker's report in Prometheus' text format.

Labels are ids, states and versions; never a name, an address or anything of a person.
"""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import choose_encoder

from footfall_edge.camera_health import CameraFault, CameraState
from footfall_edge.link.core_link import LinkState
from footfall_edge.worker_report import WorkerReport

_PREFIX = "footfall_edge"
_ANALYSIS_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class _Families:
    """A collector, as the library wants them, of one report."""

    def __init__(self, report: WorkerReport, *, alive: bool, loop_lag: float) -> None:
        self._report = report
        self._alive = alive
        self._loop_lag = loop_lag

    def collect(self) -> Iterator[Metric]:
        report = self._report
        yield InfoMetricFamily(
            f"{_PREFIX}_build",
            "What runs.",
            value={"version": report.version, "model_id": report.model_id},
        )
        yield _gauge("alive", "1 while every loop of the worker turns, as /healthz says.", float(self._alive))
        yield _gauge("loop_lag_seconds", "Longest delay of the event loop in a minute.", self._loop_lag)
        if report.clock_offset is not None:
            yield _gauge(
                "clock_offset_seconds",
                "The core's clock less this machine's.",
                report.clock_offset.total_seconds(),
            )
        yield from self._link()
        yield from self._cameras()
        yield from self._spool()

    def _link(self) -> Iterator[Metric]:
        link = self._report.link
        state = GaugeMetricFamily(f"{_PREFIX}_link_state", "1 for the state of the link.", labels=["state"])
        for each in LinkState:
            state.add_metric([str(each)], float(each is link.state))
        yield state
        yield from _moment(
            "link_last_ack_timestamp_seconds", "When the core last took events.", link.last_ack_time
        )
        yield from _moment(
            "certificate_end_timestamp_seconds",
            "When the worker's certificate ends.",
            self._report.certificate_ends,
        )

    def _cameras(self) -> Iterator[Metric]:
        state = GaugeMetricFamily(
            f"{_PREFIX}_camera_state", "1 for the state of a camera.", labels=["camera_id", "state"]
        )
        rate = GaugeMetricFamily(
            f"{_PREFIX}_camera_analysed_frames_per_second",
            "Frames that are looked at, over the last seconds.",
            labels=["camera_id"],
        )
        last = GaugeMetricFamily(
            f"{_PREFIX}_camera_last_frame_timestamp_seconds",
            "When the last frame came.",
            labels=["camera_id"],
        )
        fault = GaugeMetricFamily(
            f"{_PREFIX}_camera_fault", "1 for why a camera gives no frames.", labels=["camera_id", "fault"]
        )
        dropped = CounterMetricFamily(
            f"{_PREFIX}_camera_dropped_frames",
            "Wanted frames that a newer one took the place of before they were looked at.",
            labels=["camera_id"],
        )
        tracks = CounterMetricFamily(
            f"{_PREFIX}_camera_tracks",
            "Faces that were followed to their end, by what became of them.",
            labels=["camera_id", "outcome"],
        )
        kills = CounterMetricFamily(
            f"{_PREFIX}_camera_reader_kills",
            "Processes that read a camera, hung, and were replaced.",
            labels=["camera_id"],
        )
        for camera in self._report.cameras:
            for why in CameraFault:
                fault.add_metric([camera.camera_id, str(why)], float(why is camera.fault))
            dropped.add_metric([camera.camera_id], camera.dropped_frames)
            kills.add_metric([camera.camera_id], camera.reader_kills)
            for each in CameraState:
                state.add_metric([camera.camera_id, str(each)], float(each is camera.state))
            rate.add_metric([camera.camera_id], camera.frames_per_second)
            if camera.last_frame_time is not None:
                last.add_metric([camera.camera_id], camera.last_frame_time.timestamp())
            tracks.add_metric([camera.camera_id, "told"], camera.counts.told)
            tracks.add_metric([camera.camera_id, "split_in_two"], camera.counts.splits)
            tracks.add_metric([camera.camera_id, "picture"], camera.counts.pictures)
        yield from (state, fault, rate, dropped, kills, last, tracks)

    def _spool(self) -> Iterator[Metric]:
        spool = self._report.spool
        yield _gauge("spool_events", "Events that the core has not taken yet.", spool.events)
        yield _gauge("spool_images", "Images that are not uploaded yet.", spool.images)
        yield _gauge("spool_bytes", "Bytes of these events and images.", spool.stored_bytes)
        yield _gauge("spool_rejected_events", "Events kept that the core will never take.", spool.rejected)
        yield _counter("spooled_events", "Events that were ever spooled.", spool.last_sequence)
        yield _counter("dropped_events", "Events dropped, the spool being full.", spool.dropped)
        yield _counter("dropped_images", "Images dropped, the spool being full.", spool.dropped_images)
        yield _counter("replaced_events", "Events dropped that later ones tell, too.", spool.replaced)
        yield _counter("unreadable_events", "Events that were changed on the disk.", spool.unreadable)
        yield _gauge("spool_max_bytes", "Room for events and images.", spool.max_bytes)
        yield _gauge("spool_disk_full", "1 while the disk has no room for more.", float(spool.disk_full))
        yield from _moment("spool_oldest_event_timestamp_seconds", "When it was seen.", spool.oldest_seen)


class MetricsPage:
    """Renders reports; adds what the operating system says of the process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        self._analysis = Histogram(
            f"{_PREFIX}_analysis_cpu_seconds",
            "Processor time of one look at a frame: detection, following, embedding.",
            buckets=_ANALYSIS_BUCKETS,
            registry=self._registry,
        )

    def note_analysis(self, cpu_s: float) -> None:
        """A frame was looked at, which took so many seconds of a processor."""
        self._analysis.observe(cpu_s)

    def render(self, report: WorkerReport, *, alive: bool, loop_lag: float, accept: str) -> tuple[bytes, str]:
        """The page and its content type, in the format that the Accept header asks for."""
        families = _Families(report, alive=alive, loop_lag=loop_lag)
        encode, content_type = choose_encoder(accept)
        self._registry.register(families)
        try:
            return encode(self._registry), content_type
        finally:
            self._registry.unregister(families)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", about, value=value)


def _counter(name: str, about: str, value: float) -> Metric:
    return CounterMetricFamily(f"{_PREFIX}_{name}", about, value=value)


def _moment(name: str, about: str, time: datetime | None) -> Iterator[Metric]:
    if time is not None:
        yield _gauge(name, about, time.timestamp())
