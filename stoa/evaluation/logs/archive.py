"""A log's zip file, read by its directory: names, sizes and places are judged before anything is inflated."""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader

import zstandard

from stoa.evaluation.logs.faults import Fault, Unreadable
from stoa.evaluation.logs.limits import MEGABYTE, Limits

_STORED, _DEFLATED, _ZSTD = 0, 8, 93
_END, _LOCATOR, _LOCAL = struct.Struct("<4s4H2IH"), struct.Struct("<4sIQI"), struct.Struct("<4s5H3I2H")
_END64 = struct.Struct("<4sQ2H2I4Q")
_DESCRIPTORS = (0, 12, 16, 20, 24)


@dataclass(frozen=True)
class Part:
    """One entry of the directory: where its bytes begin, how many, how packed, how many and which they become."""

    name: str
    start: int
    stored: int
    inflated: int
    method: int
    crc: int


class Archive:
    """The parts of a zip file by name. `faults` holds what is wrong but does not keep it from being read."""

    def __init__(self, file: BufferedReader, limits: Limits) -> None:
        self.file, self.limits = file, limits
        self.faults: list[Fault] = []
        size = os.fstat(file.fileno()).st_size
        begin = _demand_directory(file, size, limits)
        entries = _entries(file)
        for entry in entries:
            _demand_harmless(entry, limits)
        if sum(entry.file_size for entry in entries) > limits.inflated:
            raise Unreadable("file.large", "all parts", sum(entry.file_size for entry in entries))
        self.parts: dict[str, Part] = {}
        for part, gap in _placed(file, entries, begin):
            if gap:
                self.faults.append(Fault("file.hidden", part.name, 0, gap))
            if part.name in self.parts:
                self.faults.append(Fault("file.twice", part.name))
            self.parts[part.name] = part

    def read(self, name: str) -> bytes:
        """A part, inflated to what its directory says and not a byte further. Raises `Unreadable`."""
        part = self.parts[name]
        self.file.seek(part.start)
        packed = self.file.read(part.stored)
        try:
            data = _inflated(part, packed, self.limits.window)
        except MemoryError:
            raise Unreadable("file.large", name, part.inflated) from None
        except (zlib.error, zstandard.ZstdError) as fault:
            raise Unreadable("file.damaged", name, str(fault)) from None
        if len(data) > part.inflated:
            raise Unreadable("file.bomb", name, part.inflated)
        if len(data) < part.inflated or zlib.crc32(data) != part.crc:
            raise Unreadable("file.damaged", name)
        return data


def _inflated(part: Part, packed: bytes, window: int) -> bytes:
    """At most one byte more than the part says that it becomes."""
    if part.method == _STORED:
        return packed
    if part.method == _DEFLATED:
        return zlib.decompressobj(-15).decompress(packed, part.inflated + 1)
    opened = zstandard.ZstdDecompressor(max_window_size=window).stream_reader(packed, read_across_frames=True)
    return opened.read(part.inflated + 1)


def _demand_directory(file: BufferedReader, size: int, limits: Limits) -> int:
    """Where the directory begins: it and the closing records must end the file, without a comment or a byte more."""
    if size > limits.file:
        raise Unreadable("file.large", "the file", size)
    place = size - _END.size
    if place < 0:
        raise Unreadable("file.truncated", "the file", size)
    file.seek(place)
    sign, disk, first, _, count, length, begin, comment = _END.unpack(file.read(_END.size))
    if sign != b"PK\5\6" or comment:
        raise _without_end(file, size)
    if 0xFFFF in (count, disk, first) or 0xFFFFFFFF in (length, begin):
        place, count, length, begin = _large_end(file, place)
    if count > limits.members or length > limits.directory:
        raise Unreadable("file.large", "the directory", count)
    if begin + length != place:
        raise Unreadable("file.hidden", "the end", place - begin - length)
    return int(begin)


def _large_end(file: BufferedReader, place: int) -> tuple[int, int, int, int]:
    """Place, count, length and beginning as the records for large files say."""
    file.seek(max(place - _LOCATOR.size, 0))
    sign, _, at, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if sign != b"PK\6\7" or at + _END64.size + _LOCATOR.size != place:
        raise Unreadable("file.unreadable", "the end")
    file.seek(at)
    record = _END64.unpack(file.read(_END64.size))
    return at, record[7], record[8], record[9]


def _without_end(file: BufferedReader, size: int) -> Unreadable:
    """Nothing closes the file: is it cut off, or does something follow?"""
    file.seek(max(size - 66_000, 0))
    follows = b"PK\5\6" in file.read()
    return Unreadable("file.hidden", "after the end") if follows else Unreadable("file.truncated", "the end", size)


def _entries(file: BufferedReader) -> list[zipfile.ZipInfo]:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as opened:
            return opened.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, struct.error, NotImplementedError) as fault:
        raise Unreadable("file.unreadable", "the directory", str(fault)) from None


def _demand_harmless(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = entry.orig_filename
    parts = name.split("/")
    if "\\" in name or ".." in parts or "" in parts or ":" in parts[0] or not name.isprintable():
        raise Unreadable("file.name", name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unreadable("file.name", name, "a link")
    if entry.flag_bits & 1 or entry.compress_type not in (_STORED, _DEFLATED, _ZSTD):
        raise Unreadable("file.unreadable", name, f"packed by method {entry.compress_type}")
    if entry.file_size > limits.member:
        raise Unreadable("file.large", name, entry.file_size)
    if entry.file_size > MEGABYTE and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        raise Unreadable("file.bomb", name, entry.file_size)


def _placed(file: BufferedReader, entries: list[zipfile.ZipInfo], end: int) -> Iterator[tuple[Part, int]]:
    """Each entry in the order of its bytes, and how many bytes before it, or after the last, belong to nothing."""
    reached = 0
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for number, entry in enumerate(ordered):
        start = _start(file, entry)
        gap = entry.header_offset - reached
        reached = start + entry.compress_size
        following = ordered[number + 1].header_offset if number + 1 < len(ordered) else end
        if entry.flag_bits & 8 and following - reached in _DESCRIPTORS:
            reached = following
        if gap < 0 or reached > end:
            raise Unreadable("file.unreadable", entry.orig_filename, "it overlaps another part")
        if number + 1 == len(ordered):
            gap += end - reached
        yield _part(entry, start), gap


def _part(entry: zipfile.ZipInfo, start: int) -> Part:
    return Part(entry.orig_filename, start, entry.compress_size, entry.file_size, entry.compress_type, entry.CRC)


def _start(file: BufferedReader, entry: zipfile.ZipInfo) -> int:
    """Where its bytes begin; what stands before them must agree with the directory."""
    file.seek(entry.header_offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size:
        raise Unreadable("file.truncated", entry.orig_filename)
    sign, _, _, method, _, _, _, _, _, name, extra = _LOCAL.unpack(head)
    if sign != b"PK\3\4" or method != entry.compress_type or file.read(name) != entry.orig_filename.encode():
        raise Unreadable("file.unreadable", entry.orig_filename, "its head disagrees with the directory")
    return entry.header_offset + _LOCAL.size + int(name) + int(extra)
