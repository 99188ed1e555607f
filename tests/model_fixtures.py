"""The default models and real pictures, pulled by hash once and kept below the project's cache folder."""

import os
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from footfall_vision.model_cards import MODEL_CARDS, Carrier
from footfall_vision.model_packages import PackageCache, read_member
from footfall_vision.model_pull import ModelPuller, default_model_ids
from footfall_vision.model_store import MODELS_DIR_VARIABLE, ModelStore
from footfall_vision.pull_display import pull_progress
from footfall_vision.types import Image

PICTURES = Carrier(
    registry="npm",
    package="@vladmandic/face-api",
    version="1.7.15",
    file_name="vladmandic-face-api-1.7.15.tgz",
    sha256="0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
    size_bytes=12_677_476,
)


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Folder with the verified default models: FOOTFALL_MODELS_DIR, else .cache/models of the project."""
    named = os.environ.get(MODELS_DIR_VARIABLE)
    directory = Path(named) if named else Path(__file__).parents[1] / ".cache" / "models"
    with pull_progress(quiet=True) as progress:
        results = ModelPuller(ModelStore(directory)).pull(default_model_ids(MODEL_CARDS.values()), progress)
    faults = [f"{result.model_id}: {result.fault}" for result in results if result.fault]
    if faults:
        pytest.fail("the models could not be pulled: " + "; ".join(faults), pytrace=False)
    return directory


@pytest.fixture(scope="session")
def package_cache(models_dir: Path) -> PackageCache:
    """The packages beside the models."""
    return PackageCache(models_dir.absolute().parent / "packages")


@pytest.fixture(scope="session")
def group_pictures(package_cache: PackageCache) -> Mapping[str, Image]:
    """The demo pictures of an MIT-licensed package, decoded: sample1 .. sample6."""
    return read_group_pictures(package_cache.directory)


def read_group_pictures(packages: Path) -> Mapping[str, Image]:
    """Fetch the package when it is not there yet, and decode its pictures."""
    package = PackageCache(packages).fetch(PICTURES)
    pictures = {}
    for number in range(1, 7):
        content = np.frombuffer(read_member(package, f"package/demo/sample{number}.jpg"), np.uint8)
        picture = cv2.imdecode(content, cv2.IMREAD_COLOR)
        assert picture is not None, f"sample{number}.jpg cannot be decoded"
        pictures[f"sample{number}"] = np.asarray(picture, dtype=np.uint8)
    return pictures
