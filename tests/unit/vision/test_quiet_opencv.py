"""OpenCV keeps quiet about what it is given."""

import subprocess
import sys

PROGRAM = """
import sys
import cv2
import numpy as np
from footfall_vision.quiet_opencv import silence_opencv
if sys.argv[1] == "quiet":
    silence_opencv()
damaged = b"\\x89PNG\\r\\n\\x1a\\n" + (4).to_bytes(4, "big") + b"IDAT" + bytes(8)
assert cv2.imdecode(np.frombuffer(damaged, np.uint8), cv2.IMREAD_COLOR) is None
"""


def said(how: str) -> str:
    command = [sys.executable, "-c", PROGRAM, how]
    return subprocess.run(command, capture_output=True, check=True, text=True).stderr


def test_a_damaged_picture_leaves_nothing_on_standard_error() -> None:
    assert "grfmt_png" in said("as it is"), "the picture is one that OpenCV speaks of"
    assert said("quiet") == ""
