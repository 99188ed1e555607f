"""Camera settings, and crossings of the line in them, between the wire and the domain.

What they may say was checked where they came in.
"""

from footfall.v1 import camera_settings_pb2

from footfall_server.domain.camera_settings import CameraSettings, EntryLine, ImagePolicy, Point
from footfall_server.domain.crossing import Crossing

_POLICIES = {
    ImagePolicy.NONE: camera_settings_pb2.IMAGE_POLICY_NONE,
    ImagePolicy.CROPS: camera_settings_pb2.IMAGE_POLICY_CROPS,
    ImagePolicy.FRAMES: camera_settings_pb2.IMAGE_POLICY_FRAMES,
}
_POLICY_OF = {wire: policy for policy, wire in _POLICIES.items()}
_CROSSINGS = {
    Crossing.IN: camera_settings_pb2.CROSSING_IN,
    Crossing.OUT: camera_settings_pb2.CROSSING_OUT,
}
_CROSSING_OF = {wire: crossing for crossing, wire in _CROSSINGS.items()}


def to_crossing(crossing: Crossing | None) -> camera_settings_pb2.Crossing:
    return camera_settings_pb2.CROSSING_UNSPECIFIED if crossing is None else _CROSSINGS[crossing]


def from_crossing(crossing: camera_settings_pb2.Crossing) -> Crossing | None:
    return _CROSSING_OF.get(crossing)


def to_image_policy(policy: ImagePolicy) -> camera_settings_pb2.ImagePolicy:
    return _POLICIES[policy]


def from_image_policy(policy: camera_settings_pb2.ImagePolicy) -> ImagePolicy:
    """Unspecified is crops."""
    return _POLICY_OF.get(policy, ImagePolicy.CROPS)


def to_settings(settings: CameraSettings) -> camera_settings_pb2.CameraSettings:
    line = settings.entry_line
    return camera_settings_pb2.CameraSettings(
        detect_width=settings.detect_width,
        masks=[
            camera_settings_pb2.Polygon(corners=[_to_point(corner) for corner in mask])
            for mask in settings.masks
        ],
        entry_line=(
            None
            if line is None
            else camera_settings_pb2.EntryLine(start=_to_point(line.start), end=_to_point(line.end))
        ),
        image_policy=to_image_policy(settings.image_policy),
        anonymous=settings.anonymous,
        idle_fps=settings.idle_fps,
    )


def from_settings(settings: camera_settings_pb2.CameraSettings) -> CameraSettings:
    line = settings.entry_line
    return CameraSettings(
        detect_width=settings.detect_width,
        masks=tuple(tuple(_from_point(corner) for corner in mask.corners) for mask in settings.masks),
        entry_line=(
            EntryLine(_from_point(line.start), _from_point(line.end))
            if settings.HasField("entry_line")
            else None
        ),
        image_policy=from_image_policy(settings.image_policy),
        anonymous=settings.anonymous,
        idle_fps=settings.idle_fps,
    )


def _to_point(point: Point) -> camera_settings_pb2.RelativePoint:
    return camera_settings_pb2.RelativePoint(x=point[0], y=point[1])


def _from_point(point: camera_settings_pb2.RelativePoint) -> Point:
    return point.x, point.y
