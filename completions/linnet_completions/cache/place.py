"""Can a folder hold a database that several processes use?"""

from __future__ import annotations

import os
import re
from pathlib import Path

_MOUNTS = "/proc/self/mounts"
_LARGEST = 4_000_000
# File systems over a network, on which the locks and the shared memory of a database do not hold.
_REMOTE = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "fuse.s3fs", "ncpfs"}
)
_OCTAL = re.compile(r"\\([0-7]{3})")


def is_remote(folder: Path) -> bool:
    """Whether a folder lies on a network file system, as far as this system tells."""
    return file_system(os.path.realpath(folder), _mounts()) in _REMOTE


def file_system(path: str, mounts: str) -> str:
    """The type of the file system that `path` lies on, by the lines of a mount table; "" where unknown."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[1])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def _mounts() -> str:
    try:
        descriptor = os.open(_MOUNTS, os.O_RDONLY)
    except OSError:
        return ""
    try:
        parts: list[bytes] = []
        while (part := os.read(descriptor, 65_536)) and sum(map(len, parts)) < _LARGEST:
            parts.append(part)
        return b"".join(parts).decode("utf-8", "surrogateescape")
    except OSError:
        return ""
    finally:
        os.close(descriptor)
