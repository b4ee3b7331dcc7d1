"""What models have cost, read from the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from linnet_completions.models.ledger import Ledger, ledger
from linnet_server.outgoing import state_folder

AUDIT = "audit.jsonl"


def costs(since: datetime, folder: Path | None = None) -> Ledger:
    """The sums of all calls since a time with a zone, as far back as the log and its older parts go. Never raises.

    Nothing is known of calls that were made while `audit.enabled` was off.
    """
    return ledger(_lines(folder or state_folder()), since)


def _lines(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.glob(f"{AUDIT}*"), reverse=True):
        if path.suffix == ".lock":
            continue
        try:
            with path.open("rb") as log:
                yield from log
        except OSError:
            continue
