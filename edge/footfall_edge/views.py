"""What each camera shows now, for snapshots and for those who watch."""

from dataclasses import dataclass

from footfall_vision.types import Face, Quality

from footfall_edge.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class SeenFace:
    """A face that is followed. In pixels of its frame."""

    face: Face
    quality: Quality


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A frame, and the faces that were found in it. The image is not to be changed."""

    frame: Frame
    faces: tuple[SeenFace, ...] = ()


class ViewBoard:
    """The newest view of each camera. Whole values are put and taken, from any thread."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}

    def show(self, camera_id: str, view: View | None) -> None:
        """Put a view in place of the camera's last one; None when the camera is let go."""
        if view is None:
            self._views.pop(camera_id, None)
        else:
            self._views[camera_id] = view

    def newest(self, camera_id: str) -> View | None:
        """The camera's last view; None when there never was one, or the camera was let go."""
        return self._views.get(camera_id)
