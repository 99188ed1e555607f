"""The pictures that go with an event, as files."""

from footfall_vision.jpeg import encode_jpeg
from footfall_vision.portrait import portrait_of
from footfall_vision.types import Face, Image

from footfall_edge.camera_settings import ImagePolicy
from footfall_edge.frame_mask import FrameMask

_PORTRAIT_MAX_SIDE = 320
_PORTRAIT_QUALITIES = (85,)
_FRAME_QUALITIES = (80, 60, 40)
_PICTURE_MAX_BYTES = 1024 * 1024


class PictureTaker:
    """Takes what one camera's image policy allows, and nothing that lies in a mask."""

    def __init__(self, *, policy: ImagePolicy, mask: FrameMask) -> None:
        self._policy = policy
        self._mask = mask

    def take(self, image: Image, face: Face) -> bytes:
        """JPEG of the face in its frame, at most 1 MiB; empty when no picture may leave the shop."""
        match self._policy:
            case ImagePolicy.NONE:
                return b""
            case ImagePolicy.CROPS:
                cut = portrait_of(self._mask.cover(image), face, max_side=_PORTRAIT_MAX_SIDE)
                return encode_jpeg(cut.image, qualities=_PORTRAIT_QUALITIES, max_bytes=_PICTURE_MAX_BYTES)
            case ImagePolicy.FRAMES:
                # In its full size: the event's box is in pixels of it.
                frame = self._mask.cover(image)
                return encode_jpeg(frame, qualities=_FRAME_QUALITIES, max_bytes=_PICTURE_MAX_BYTES)
