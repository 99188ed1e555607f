"""Estimate of apparent gender, for statistics only."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from footfall_vision.alignment import warp
from footfall_vision.model_cards import DEFAULT_GENDER, ModelCard, ModelTask
from footfall_vision.model_store import ModelStore
from footfall_vision.onnx_session import DEFAULT_PROVIDERS, OnnxSession, open_session
from footfall_vision.pixel_input import crops_to_blob
from footfall_vision.types import Floats, Image

_CHIP: Final = 32
_WARP: Final = 4 * _CHIP
_PADDING: Final = 0.2

# dlib's mean face (the shape that its get_face_chip_details aligns to), in units of the face's box:
# corners of the image-left eye, corners of the image-right eye, base of the nose.
_LEFT_EYE: Final = ((0.1205750620789, 0.2137274526848), (0.3340850613712, 0.2290642403242))
_RIGHT_EYE: Final = ((0.8595674595992, 0.2134981538014), (0.6460604764104, 0.2289674387677))
_NOSE: Final = (0.4901123135679, 0.6277975316475)


def chip_template(size: int) -> npt.NDArray[np.float64]:
    """Where both eye centres and the nose lie in a chip of size x size pixels: float64 [3, 2]."""
    mean_face = np.array([np.mean(_LEFT_EYE, axis=0), np.mean(_RIGHT_EYE, axis=0), _NOSE])
    template: npt.NDArray[np.float64] = (mean_face + _PADDING) / (1 + 2 * _PADDING) * size
    return template


_WARP_TEMPLATE: Final = chip_template(_WARP)


class GenderEstimator:
    """Probability that a face would be called female. It may be called from several threads at once."""

    def __init__(self, session: OnnxSession, card: ModelCard) -> None:
        self.model_id = card.model_id
        self._preprocessing = card.preprocessing
        self._session = session

    @classmethod
    def load(
        cls,
        store: ModelStore,
        *,
        model_id: str = DEFAULT_GENDER,
        threads: int = 1,
        providers: Sequence[str] = DEFAULT_PROVIDERS,
    ) -> "GenderEstimator":
        """Open a registered gender model. Raises ModelError."""
        model = store.load(model_id, ModelTask.GENDER)
        return cls(open_session(model, threads=threads, providers=providers), model.card)

    def female_probabilities(self, image: Image, landmarks: Sequence[Floats]) -> Floats:
        """Probabilities float32 [n], 0..1, of the faces with these landmarks (n times [5, 2]).

        The chip is warped at four times its size and then shrunk by area: .5 points more accurate on
        LFW than a warp straight to 32 pixels, which aliases.
        """
        if not landmarks:
            return np.zeros(0, np.float32)
        chips = np.stack([_chip(image, points) for points in landmarks])
        (probabilities,) = self._session.run(crops_to_blob(chips, self._preprocessing, (_CHIP, _CHIP)))
        female: Floats = np.clip(probabilities[:, 0], 0.0, 1.0)
        return female


def _chip(image: Image, landmarks: Floats) -> Image:
    large = warp(image, landmarks[:3], _WARP_TEMPLATE, _WARP)
    return np.asarray(cv2.resize(large, (_CHIP, _CHIP), interpolation=cv2.INTER_AREA), dtype=np.uint8)
