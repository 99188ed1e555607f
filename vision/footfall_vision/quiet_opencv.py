"""What OpenCV says by itself, and where."""

import cv2


def silence_opencv() -> None:
    """Keeps OpenCV from printing on standard error. For the whole process; call it as it starts.

    It would print addresses of cameras with their passwords, and what is wrong with pictures that were sent,
    between the lines of the log. What went wrong is known from what its functions return.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
