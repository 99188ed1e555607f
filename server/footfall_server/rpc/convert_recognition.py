"""Models, changes of the model and calibrations, between the wire and the domain."""

from footfall.v1 import recognition_service_pb2

from footfall_server.domain.models import ModelChangeState
from footfall_server.rpc.convert_values import to_timestamp
from footfall_server.services.calibrations import BINS_TOLD, DrawnMeasurement, HeldThresholds
from footfall_server.services.model_changes import ChangeView, TakenModel

_STATES = {
    ModelChangeState.RUNNING: recognition_service_pb2.MODEL_CHANGE_STATE_RUNNING,
    ModelChangeState.PAUSED: recognition_service_pb2.MODEL_CHANGE_STATE_PAUSED,
    ModelChangeState.FINISHED: recognition_service_pb2.MODEL_CHANGE_STATE_FINISHED,
    ModelChangeState.ROLLED_BACK: recognition_service_pb2.MODEL_CHANGE_STATE_ROLLED_BACK,
}


def to_model(taken: TakenModel) -> recognition_service_pb2.EmbeddingModel:
    return recognition_service_pb2.EmbeddingModel(
        model_id=taken.known.model.model_id,
        dimension=taken.known.model.dimension,
        in_use=taken.in_use,
        face_count=taken.usage.faces,
        customer_count=taken.usage.customers,
        licence=taken.known.licence,
        origin=taken.known.origin,
    )


def to_model_change(view: ChangeView) -> recognition_service_pb2.ModelChange:
    change, progress = view.change, view.progress
    return recognition_service_pb2.ModelChange(
        model_change_id=str(change.model_change_id),
        from_model_id=change.from_model_id,
        to_model_id=change.to_model_id,
        state=_STATES[change.state],
        face_count=progress.faces,
        done_count=progress.done,
        lost_count=progress.lost,
        lost_customer_count=progress.lost_customers,
        start_time=to_timestamp(change.started_at),
        end_time=None if change.ended_at is None else to_timestamp(change.ended_at),
    )


def to_calibration(drawn: DrawnMeasurement) -> recognition_service_pb2.Calibration:
    measured = drawn.measurement
    genuine, impostors = measured.genuine.coarser(BINS_TOLD), measured.impostors.coarser(BINS_TOLD)
    return recognition_service_pb2.Calibration(
        model_id=measured.model_id,
        customer_count=measured.people,
        genuine_pair_count=genuine.total,
        impostor_pair_count=impostors.total,
        bin_edges=genuine.edges().tolist(),
        genuine_counts=genuine.counts.tolist(),
        impostor_counts=impostors.counts.tolist(),
        target_rate=measured.target_rate,
        match_threshold=measured.match,
        new_threshold=measured.new,
        current_match_threshold=measured.current_match,
        current_new_threshold=measured.current_new,
        expected_miss_rate=measured.miss_rate,
        expected_false_match_rate=measured.false_match_rate,
        plot_png=drawn.plot_png,
        measure_time=to_timestamp(measured.measured_at),
    )


def to_thresholds(held: HeldThresholds) -> recognition_service_pb2.ApplyCalibrationResponse:
    return recognition_service_pb2.ApplyCalibrationResponse(
        model_id=held.model_id,
        match_threshold=held.match,
        new_threshold=held.new,
        target_rate=held.target_rate,
    )


def from_rate(rate: float) -> float:
    """A rate as it was meant: the wire has single precision, in which 0.001 is 0.0010000000475."""
    return float(f"{rate:.6g}")
