"""The memory of the language server and its worker on a workspace that they have learned."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from linnet_context.text import Document
from linnet_server.client import Client

COMMAND = (sys.executable, "-I", "-m", "linnet_server", "serve", "--offline")
# Seconds until the workspace must be learned.
PATIENCE = 300.0
# Seconds until what a question needed for itself is given back.
SETTLED = 1.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """MiB, each page that several processes share counted in parts (PSS)."""

    server: float
    worker: float


def footprint(root: Path, document: Document, environ: Mapping[str, str]) -> Footprint | None:
    """The memory after the workspace was learned, one ghost text and one gathering; None where it cannot be told."""
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    with Client(COMMAND, root, environ) as client:
        client.initialize(root)
        uri = client.open(root / document.path, document.language, document.text())
        client.wait_for("linnet/status", timeout=PATIENCE, matching={"state": "ready"})
        line = len(document.lines) // 2
        client.inline(uri, line, 0)
        client.request("linnet/context", {"uri": uri, "position": {"line": line, "character": 0}})
        time.sleep(SETTLED)
        server = client.process.pid
        return Footprint(_pss(server), sum(map(_pss, _children(server))))


def _pss(process: int) -> float:
    text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text(encoding="ascii").split()]
