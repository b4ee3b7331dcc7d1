"""Arrays and strings on disk: whole generations, mapped when loaded, never half a file."""

from __future__ import annotations

import json
import logging
import mmap
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np

from ..files import private_folder
from ..locking import locked

_log = logging.getLogger(__name__)
_MAGIC = b"LINNET\x01\n"
_HEAD = struct.Struct("<8sIII")  # magic, length and checksum of the header, checksum of everything behind it
_ALIGN = 64
_CHECK_BYTES = 1 << 20
_KINDS = frozenset("biuf")

Arrays = dict[str, np.ndarray[Any, Any]]
Strings = dict[str, list[str]]


class Generations:
    """Generations of one named store in a private folder.

    Each `save` writes a new file beside the old one, so a mapped generation stays valid while another process
    replaces it, and a writer killed at any moment leaves the older generation in place. Plain numbers and text
    only: nothing in a file can run.
    """

    def __init__(self, folder: Path, name: str, version: int) -> None:
        """`name`: letters, digits and dashes. Files of another `version` are as good as missing."""
        self.folder = folder
        self.name = name
        self.version = version
        self._mappings: WeakSet[mmap.mmap] = WeakSet()
        self._file_name = re.compile(re.escape(name) + r"\.(\d{10})-[0-9a-f]{8}\.gen")

    def save(
        self, arrays: Mapping[str, np.ndarray[Any, Any]], strings: Mapping[str, Sequence[str]]
    ) -> str | None:
        """Write a new generation and remove older ones; its file name, or None when it could not be written.

        It is a cache: a full disk, a read-only folder, or another process that is just saving the same store leave
        what is there and are only logged. Arrays are of booleans, integers or floats.
        """
        parts = _Parts(arrays, strings)
        try:
            private_folder(self.folder)
            with locked(self.folder / f"{self.name}.lock", within=0) as mine:
                if mine:
                    return self._write(parts)
        except OSError as error:
            _log.warning("cannot save the store %s: %s", self.name, error.strerror)
        return None

    @contextmanager
    def building(self) -> Iterator[bool]:
        """Hold the right to make the first generation; False while another process holds it."""
        with ExitStack() as held:
            mine = True  # Where nothing can be saved nobody waits for anybody.
            with suppress(OSError):
                private_folder(self.folder)
                mine = held.enter_context(locked(self.folder / f"{self.name}.building.lock", within=0))
            yield mine

    def mapped(self, file_name: str) -> Arrays | None:
        """The arrays of a generation that was just saved, mapped and read-only; None when it is gone."""
        try:
            return self._read(self.folder / file_name, with_strings=False)[0]
        except (OSError, ValueError, KeyError, TypeError, struct.error):
            return None

    def load(self) -> tuple[Arrays, Strings] | None:
        """The newest whole generation (arrays are mapped and read-only); None when there is none of this version."""
        for path in self._files():
            try:
                return self._read(path)
            except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
                _log.info("the store %s has an unusable generation: %s", self.name, type(error).__name__)
        return None

    def newest(self) -> str | None:
        """The file name of the newest generation: another value means that some process saved in between."""
        files = self._files()
        return files[0].name if files else None

    def rest(self) -> None:
        """Give the memory back that mapped generations take up. Their arrays stay valid, and fetch it as it is read."""
        if sys.platform != "win32" and hasattr(mmap, "MADV_DONTNEED"):
            for mapped in self._mappings:
                mapped.madvise(mmap.MADV_DONTNEED)

    def _read(self, path: Path, with_strings: bool = True) -> tuple[Arrays, Strings]:
        mapped, start, table = _opened(path, self.version)
        self._mappings.add(mapped)
        return _unpacked(mapped, start, [row for row in table if with_strings or row[0] == "array"])

    def _files(self) -> list[Path]:
        """Generation files, newest first."""
        try:
            names = os.listdir(self.folder)
        except OSError:
            return []
        return [self.folder / name for name in sorted(filter(self._file_name.fullmatch, names), reverse=True)]

    def _write(self, parts: _Parts) -> str:
        older = self._files()
        self._sweep()
        number = int(older[0].name[len(self.name) + 1 :][:10]) + 1 if older else 1
        target = self.folder / f"{self.name}.{number:010d}-{os.urandom(4).hex()}.gen"
        temporary = target.with_suffix(".tmp")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            # Not synced to the disk: after a power failure the checksum tells a torn file, and it is built anew.
            with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                for block in parts.blocks(self.version):
                    file.write(block)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
        for path in older:
            with suppress(OSError):  # Where mapped files cannot be removed, the next save tries again.
                path.unlink()
        return target.name

    def _sweep(self) -> None:
        """Remove what killed writers left behind; the lock says that none is at work."""
        for path in self.folder.glob(f"{self.name}.*.tmp"):
            with suppress(OSError):
                path.unlink()


class _Parts:
    """What a file consists of: a table of contents and aligned blocks."""

    def __init__(
        self, arrays: Mapping[str, np.ndarray[Any, Any]], strings: Mapping[str, Sequence[str]]
    ) -> None:
        self.data: list[tuple[str, str, np.ndarray[Any, Any]]] = []
        for name, array in arrays.items():
            if array.dtype.kind not in _KINDS:
                raise TypeError(f"array {name} holds {array.dtype}")
            self.data.append(("array", name, np.ascontiguousarray(array)))
        for name, texts in strings.items():
            blob = "".join(texts).encode("utf-8", "surrogatepass")
            self.data.append(("text", name, np.frombuffer(blob, np.uint8)))
            self.data.append(("lengths", name, np.fromiter(map(len, texts), np.int32, len(texts))))

    def blocks(self, version: int) -> Iterator[bytes | memoryview]:
        table, start, checksum = [], 0, 0
        payload: list[bytes | memoryview] = []
        for kind, name, array in self.data:
            data = array.reshape(-1).view(np.uint8).data
            padding = b"\0" * (-len(data) % _ALIGN)
            table.append([kind, name, array.dtype.str, list(array.shape), start])
            for block in (data, padding):
                payload.append(block)
                checksum = zlib.crc32(block, checksum)
            start += len(data) + len(padding)
        header = json.dumps({"version": version, "size": start, "table": table}).encode()
        header += b" " * (-(_HEAD.size + len(header)) % _ALIGN)
        yield _HEAD.pack(_MAGIC, len(header), zlib.crc32(header), checksum)
        yield header
        yield from payload


def _opened(path: Path, version: int) -> tuple[mmap.mmap, int, list[list[Any]]]:
    """A mapped file, where its blocks begin, and its table of contents."""
    with open(path, "rb") as file:
        magic, length, header_sum, payload_sum = _HEAD.unpack(file.read(_HEAD.size))
        if magic != _MAGIC or length > os.fstat(file.fileno()).st_size:
            raise ValueError("not a generation")
        header = file.read(length)
        if zlib.crc32(header) != header_sum:
            raise ValueError("damaged header")
        content = json.loads(header)
        if content["version"] != version:
            raise ValueError("another version")
        # Checked through the file, not the mapping, so that pages nobody asks for stay out of our memory.
        checksum = 0
        while block := file.read(_CHECK_BYTES):
            checksum = zlib.crc32(block, checksum)
        start = _HEAD.size + length
        if checksum != payload_sum or file.tell() != start + content["size"]:
            raise ValueError("damaged content")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return mapped, start, content["table"]


def _unpacked(mapped: mmap.mmap, start: int, table: list[list[Any]]) -> tuple[Arrays, Strings]:
    arrays: Arrays = {}
    blobs: dict[str, np.ndarray[Any, Any]] = {}
    strings: Strings = {}
    for kind, name, dtype_name, shape, offset in table:
        dtype = np.dtype(dtype_name)
        if dtype.kind not in _KINDS:
            raise ValueError("unexpected content")
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(mapped, dtype, count, start + offset).reshape(shape)
        if kind == "array":
            arrays[name] = array
        elif kind == "text":
            blobs[name] = array
        else:
            strings[name] = _cut(blobs[name].tobytes().decode("utf-8", "surrogatepass"), array.tolist())
    return arrays, strings


def _cut(text: str, lengths: Sequence[int]) -> list[str]:
    cut, start = [], 0
    for length in lengths:
        cut.append(text[start : start + length])
        start += length
    return cut
