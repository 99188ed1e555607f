"""The demo's portraits: pulled by hash out of pinned packages whose pictures may be used.

The official portraits in face_recognition are works of the US government (public domain), as is
scikit-image's astronaut; the group pictures of @vladmandic/face-api are under that package's MIT licence.
"""

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from footfall_vision.errors import PullError
from footfall_vision.model_packages import Runner, file_sha256, read_member, run_tool
from footfall_vision.model_pull import write_atomically

from footfall_local.demo_shop.package_fetch import Form, PinnedArchive, fetch_archive

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what was done last)."""

PORTRAITS = PinnedArchive(
    form=Form.SDIST,
    package="face_recognition",
    version="1.3.0",
    filename="face_recognition-1.3.0.tar.gz",
    sha256="5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec",
)
ASTRONAUT = PinnedArchive(
    form=Form.WHEEL,
    package="scikit-image",
    version="0.26.0",
    filename="scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    target=(
        *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_24_x86_64"),
        *("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"),
    ),
)
GROUPS = PinnedArchive(
    form=Form.NPM,
    package="@vladmandic/face-api",
    version="1.7.15",
    filename="vladmandic-face-api-1.7.15.tgz",
    sha256="0d77fffeef362ef9c0939cf6c567f3a2e8e177f114fa257a3270cbd2e509b031",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture inside an archive. `name` is its file name in the cache."""

    name: str
    archive: PinnedArchive
    member: str
    sha256: str


def _portrait(name: str, sha256: str) -> Picture:
    member = f"face_recognition-1.3.0/tests/test_images/{name}"
    return Picture(name=name, archive=PORTRAITS, member=member, sha256=sha256)


def _group(name: str, sha256: str) -> Picture:
    return Picture(name=name, archive=GROUPS, member=f"package/demo/{name}", sha256=sha256)


PICTURES: tuple[Picture, ...] = (
    _portrait("obama.jpg", "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"),
    _portrait("obama3.jpg", "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"),
    _portrait("biden.jpg", "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"),
    Picture(
        name="astronaut.png",
        archive=ASTRONAUT,
        member="skimage/data/astronaut.png",
        sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    ),
    _group("sample3.jpg", "8eb081c9efb14370fa94d9feab9e5fbeafd19a627491853a80c2bf67f7ffa936"),
    _group("sample6.jpg", "9baad80f9d5e306fb9b8c0913d44445f1e95848df317530efb03d0934c57ba87"),
)


def pull_pictures(
    packages: Path,
    *,
    pictures: tuple[Picture, ...] = PICTURES,
    progress: Progress | None = None,
    run: Runner = run_tool,
) -> Mapping[str, Path]:
    """Returns name -> verified file for every picture, kept under `packages`/demo-pictures.

    Fetches only what is missing, archives side by side. Raises PullError; what was verified before stays and
    is not fetched again.
    """
    folder = packages / "demo-pictures"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [picture for picture in pictures if not _is_kept(folder / picture.name, picture.sha256)]
    archives = {picture.archive.filename: picture.archive for picture in missing}
    done = len(pictures) - len(missing)
    report = progress or _no_progress
    report(done, len(pictures), "kept pictures")
    with ThreadPoolExecutor(max_workers=max(1, len(archives))) as pool:
        fetches = {
            pool.submit(fetch_archive, archive, packages, run=run): archive for archive in archives.values()
        }
        for fetch in as_completed(fetches):
            wanted = [picture for picture in missing if picture.archive is fetches[fetch]]
            _extract(fetch.result(), wanted, folder)
            done += len(wanted)
            report(done, len(pictures), fetches[fetch].filename)
    return {picture.name: folder / picture.name for picture in pictures}


def _is_kept(path: Path, sha256: str) -> bool:
    return path.is_file() and file_sha256(path) == sha256


def _extract(archive: Path, pictures: list[Picture], folder: Path) -> None:
    for picture in pictures:
        content = read_member(archive, picture.member)
        found = hashlib.sha256(content).hexdigest()
        if found != picture.sha256:
            raise PullError(f"{picture.name} is refused: its SHA-256 is {found}, expected {picture.sha256}")
        write_atomically(folder / picture.name, content)


def _no_progress(_done: int, _total: int, _what: str) -> None:
    return None
