"""The log of what was sent where: one JSON object a line, private, rotated."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from linnet_completions.models.protocol import Fill, Message
from linnet_context.files import private_folder
from linnet_context.locking import locked

_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that left this machine.

    `when` is ISO 8601 with the zone; `status` is "ok", "closed" (by us, before its end) or the name of a `ModelError`;
    times are milliseconds, `first_ms` None when no text came. `counted` says who counted the tokens: "provider" or
    "here". `redacted` counts secrets by kind. `messages` and `fill` are the two ways to put the call, without secrets;
    the dialect decides which of them went out.
    """

    when: str
    task: str
    provider: str
    host: str
    model: str
    status: str
    counted: str
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    first_ms: int | None
    total_ms: int
    redacted: Mapping[str, int] = field(default_factory=dict[str, int])
    messages: tuple[Message, ...] = ()
    fill: Fill | None = None


class Audit:
    """Appends to a log. Failing to write is noted in `problem` and never stops a request."""

    def __init__(
        self, path: Path, *, content: bool = False, max_bytes: int = 5_000_000, keep: int = 3
    ) -> None:
        self._path = path
        self._content = content
        self._max_bytes = max_bytes
        self._keep = keep
        self.problem: str | None = None

    def write(self, sent: Sent) -> None:
        """Add a line. Prompts are left out unless the log was opened with `content`."""
        try:
            line = self._line(sent)
            private_folder(self._path.parent)
            self._rotate(len(line))
            descriptor = os.open(self._path, _APPEND, 0o600)
            try:
                os.write(descriptor, line)  # One call, so that lines of two processes do not mix.
            finally:
                os.close(descriptor)
            self.problem = None
        except (OSError, ValueError, TypeError) as error:
            self.problem = f"the audit log cannot be written ({type(error).__name__})"

    def _line(self, sent: Sent) -> bytes:
        entry = asdict(sent)
        entry["redacted"] = dict(sent.redacted)
        entry["messages"] = [{"role": each.role, "content": each.content} for each in sent.messages]
        for name in () if self._content else ("messages", "fill"):
            del entry[name]
        return json.dumps(entry, separators=(",", ":")).encode() + b"\n"

    def _rotate(self, coming: int) -> None:
        """Move the log to `.1`, that to `.2` and so on, before it grows too large."""
        if not self._is_full(coming):
            return
        with locked(self._path.with_name(self._path.name + ".lock")) as held:
            if not held or not self._is_full(coming):  # Another process has just done it.
                return
            names = [
                self._path,
                *(self._path.with_name(f"{self._path.name}.{n}") for n in range(1, self._keep + 1)),
            ]
            for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
                with suppress(FileNotFoundError):
                    newer.replace(older)

    def _is_full(self, coming: int) -> bool:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return False
        return size > 0 and size + coming > self._max_bytes
