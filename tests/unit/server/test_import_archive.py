"""Zip files from people, and from people who mean harm."""

import io
import struct
import zipfile

import pytest
from fakes.import_files import zip_of
from footfall_server.services.import_archive import ArchiveError, EntryError, ImportArchive
from hypothesis import given
from hypothesis import strategies as st


def opened(content: bytes) -> ImportArchive:
    return ImportArchive(io.BytesIO(content))


def test_what_is_listed_and_what_is_left_out() -> None:
    archive = opened(
        zip_of(
            {
                "staff/Anna/1.jpg": b"one",
                "staff\\Boris\\2.jpg": b"two",
                "staff/Anna/": b"",
                "__MACOSX/staff/Anna/._1.jpg": b"fork",
                "staff/.DS_Store": b"x",
                "staff/Thumbs.db": b"x",
                "../../etc/passwd": b"x",
                "/etc/shadow": b"x",
                "C:/windows/x.jpg": b"x",
                "staff/new\nline.jpg": b"x",
                "staff/list.CSV": b"name\n",
            }
        )
    )
    assert archive.files == ["staff/Anna/1.jpg", "staff/Boris/2.jpg"]
    assert archive.sheet == "staff/list.CSV"
    assert archive.read("staff/Anna/1.jpg") == b"one"
    assert archive.read_sheet(100) == b"name\n"


def test_names_of_macs_are_utf_8_though_they_do_not_say_so() -> None:
    content = zip_of({"Jürgen/1.jpg": b"one"})
    # Bit 11 of the flags, in the local header and in the directory.
    silent = bytearray(content)
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(start) + offset
        (flags,) = struct.unpack_from("<H", silent, at)
        struct.pack_into("<H", silent, at, flags & ~0x800)
    archive = opened(bytes(silent))
    assert archive.files == ["Jürgen/1.jpg"]
    assert archive.read("Jürgen/1.jpg") == b"one"


def test_a_bomb_bursts_nowhere_but_in_its_own_entry() -> None:
    packed = zip_of(
        {"a/bomb.png": bytes(15 * 1024 * 1024), "a/good.jpg": b"good"}, packing=zipfile.ZIP_DEFLATED
    )
    assert len(packed) < 20_000
    archive = opened(packed)
    with pytest.raises(EntryError, match="suspiciously"):
        archive.read("a/bomb.png")
    assert archive.read("a/good.jpg") == b"good"


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    packed = bytearray(zip_of({"a/x.jpg": bytes(1000)}, packing=zipfile.ZIP_DEFLATED))
    at = packed.index(b"PK\x01\x02")
    struct.pack_into("<I", packed, at + 24, 10)
    with pytest.raises(EntryError):
        opened(bytes(packed)).read("a/x.jpg")


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_unusual_packings_are_refused(packing: int) -> None:
    with pytest.raises(EntryError, match="not read"):
        opened(zip_of({"a/x.jpg": b"x"}, packing=packing)).read("a/x.jpg")


def test_encrypted_entries_are_refused() -> None:
    packed = bytearray(zip_of({"a/x.jpg": b"x"}))
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(start) + offset] |= 1
    with pytest.raises(EntryError, match="encrypted"):
        opened(bytes(packed)).read("a/x.jpg")


def directory_of(size: int, *, in_64_bits: bool) -> bytes:
    """The end of a zip file with a directory of that many bytes, and nothing before it."""
    told = 0xFFFFFFFF if in_64_bits else size
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, told, 0, 0)
    if not in_64_bits:
        return end
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, size, 0)
    return record + b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1) + end


@pytest.mark.parametrize("in_64_bits", [False, True])
def test_a_huge_directory_is_refused_before_it_is_read(in_64_bits: bool) -> None:
    with pytest.raises(ArchiveError, match="too many entries"):
        opened(directory_of(64 * 1024 * 1024, in_64_bits=in_64_bits))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no zip file"),
        (b"\xff\xd8\xff" + bytes(5000), "no zip file"),
        (zip_of({"a/x.jpg": b"x"})[:-10], "no zip file"),
        (zip_of({f"a/{number}.jpg": b"" for number in range(5001)}), "more than 5000 files"),
        (zip_of({"a.csv": b"", "b.csv": b""}), "several CSV"),
    ],
    ids=["nothing", "a picture", "cut off", "too many files", "two sheets"],
)
def test_what_is_no_import_is_said(content: bytes, said: str) -> None:
    with pytest.raises(ArchiveError, match=said):
        opened(content)


def test_a_sheet_that_cannot_be_read_is_the_archives_fault() -> None:
    with pytest.raises(ArchiveError, match="CSV file cannot be read"):
        opened(zip_of({"list.csv": b"name\nAnna\n"})).read_sheet(4)


@given(at=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_damaged_file_is_read_or_refused(at: int, byte: int) -> None:
    content = bytearray(zip_of({"a/1.jpg": b"one" * 20, "list.csv": b"name\n"}, packing=zipfile.ZIP_DEFLATED))
    content[at % len(content)] = byte
    try:
        archive = opened(bytes(content))
        for path in archive.files:
            archive.read(path)
        if archive.sheet is not None:
            archive.read_sheet(100)
    except (ArchiveError, EntryError):
        pass
