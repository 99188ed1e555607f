"""Pictures for the core to look at: of every format that it reads, whole or damaged, and none at all."""

from random import Random

import cv2
import numpy as np
from fakes.wire_events import JPEG

_FORMATS = (".jpg", ".jpg", ".png", ".webp", ".bmp")
_SHAPES = ((1, 1), (3, 400), (112, 112), (240, 320), (480, 640))


def picture(dice: Random) -> bytes:
    """A picture of noise or of a smooth surface, or none; some are cut off or have a few wrong bytes."""
    if dice.random() < 0.3:
        return JPEG
    height, width = dice.choice(_SHAPES)
    pixels = np.random.default_rng(dice.getrandbits(32)).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if dice.random() < 0.5:
        pixels = cv2.GaussianBlur(pixels, (0, 0), 8).astype(np.uint8)
    data = bytearray(cv2.imencode(dice.choice(_FORMATS), pixels)[1].tobytes())
    roll = dice.random()
    if roll < 0.2:
        del data[dice.randrange(len(data)) :]
    elif roll < 0.5:
        for _ in range(dice.randrange(1, 9)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)
