"""A picture whose number can be read back, and the demo camera as a real process that shows such pictures."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from footfall_local.demo_shop.play_control import PlayControl
from numpy.typing import NDArray

FPS = 12
_BITS = 16
_BLOCK = 20
PLAY_BIT = 1 << (_BITS - 1)
"""Set in every number of the play, not in those of the empty scene."""


@dataclass(frozen=True)
class RunningCamera:
    process: subprocess.Popen[bytes]
    control: PlayControl
    url: str
    state_file: Path


def numbered(number: int) -> NDArray[np.uint8]:
    """A picture that shows a number as black and white blocks, which survive any codec."""
    bits = [(number >> bit) & 1 for bit in range(_BITS)]
    row = np.repeat(np.array(bits, np.uint8) * 200 + 25, _BLOCK)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (64, _BITS * _BLOCK, 3)))


def number_of(picture: NDArray[np.uint8]) -> int:
    blocks = picture[8:-8, :, 0].reshape(-1, _BITS, _BLOCK)[:, :, 5:-5].mean(axis=(0, 2))
    return sum(1 << bit for bit, level in enumerate(blocks) if level > 125)
