"""What goes wrong between a camera and its frames."""

from footfall_edge.camera_health import CameraFault


class CaptureError(Exception):
    """A source gives no frames. The text is for people, and holds neither address nor password."""

    def __init__(self, fault: CameraFault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


class ReaderDiedError(Exception):
    """The process that reads a camera has ended by itself: a driver or a decoder took it down."""
