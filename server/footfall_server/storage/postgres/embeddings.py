"""How embeddings lie in the database: little-endian IEEE-754 float32, one after the other."""

import numpy as np
import numpy.typing as npt

_STORED = np.dtype("<f4")


def to_bytes(embedding: npt.NDArray[np.float32]) -> bytes:
    """A vector, (d,), as it is stored."""
    stored: bytes = embedding.astype(_STORED, copy=False).tobytes()
    return stored


def from_bytes(stored: bytes) -> npt.NDArray[np.float32]:
    """What `to_bytes` stored, (d,); of several stored side by side, all of them in a row. Read-only."""
    return np.frombuffer(stored, _STORED).astype(np.float32, copy=False)
