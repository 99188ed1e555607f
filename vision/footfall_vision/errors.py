"""What can go wrong in vision. No message holds anything of a person: no pixels, no vectors."""


class VisionError(Exception):
    """Root of what this package raises on purpose."""


class ModelError(VisionError):
    """A model file is missing, damaged, unknown or not loadable. The text is one line and says the cure."""


class PullError(ModelError):
    """A model could not be fetched or converted. The text is one line."""


class ImageError(VisionError, ValueError):
    """An image, or points in it, cannot be processed: wrong type, shape, size, or degenerate points."""
