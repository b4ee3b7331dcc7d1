"""What `linnet demo` does: drives the real language server over stdio through a copy of the sample workspace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from linnet_context.languages import language_of
from linnet_context.text import Document
from linnet_server.client import Client
from linnet_server.settings.loading import path_of_variable

SAMPLE = Path(__file__).parent.parent / "sample"
READY_SECONDS = 30.0
# The environment of somebody who has never used git: nobody's hooks, signatures or templates.
PLAIN_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
IDENTITY = (
    "-c",
    "user.name=Linnet demo",
    "-c",
    "user.email=demo@example.invalid",
    "-c",
    "init.defaultBranch=main",
)


@dataclass(frozen=True, slots=True)
class Typing:
    """Text typed at the end of a sample file; ghost text is asked for behind it."""

    path: str
    text: str


TYPINGS = (
    Typing(
        "tideline/store.py",
        "\n    def lowest(self, code: str) -> Reading | None:\n        readings = self._rea",
    ),
    Typing(
        "tideline/report.py",
        "\n\ndef daily_high(store: ReadingStore, code: str, day: date) -> float | None:\n"
        "    start, end = day_bounds(day)\n    levels = [reading.level for rea",
    ),
    Typing(
        "web/stations.ts",
        "\nexport async function fetchStation(base: string, code: string): Promise<Station> {\n"
        "  const response = await fetch(`${base}/stations/${code}`);\n"
        "  if (!response.ok) {\n    throw new ",
    ),
    Typing(
        "collector/main.go",
        "\nfunc tell(client *http.Client, url string) (Reading, error) {\n\tvar reading Reading\n"
        "\tresponse, err := client.Get(url)\n\tif err != nil {\n\t\treturn rea",
    ),
)
EXPLAINED = ("tideline/alerts.py", "def check_station")
# Built from two halves, so that no secret scanner takes this file for a leak.
FAKE_KEY = "AKIA" + "QYLPMN5HHHFPZAM2"
EDITED = Typing(
    "tideline/alerts.py",
    f'''

ACCESS_KEY = "{FAKE_KEY}"


def notify(alerts: list[Alert], told: list[str] = []) -> None:
    """Tell the harbour master once about each station."""
    for alert in alerts:
        if alert.station.code not in told:
            send_message(alert, ACCESS_KEY)
            told.append(alert.station.code)
''',
)


@dataclass(frozen=True, slots=True)
class Ghost:
    """Ghost text behind `before`, on a line (1-based); empty `text` when the server proposed nothing."""

    path: str
    line: int
    before: str
    text: str
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Note:
    """A review note: line (1-based), the line's text, and what is said about it."""

    path: str
    line: int
    code: str
    text: str
    message: str


class Tour:
    """A running server on a copy of the sample workspace."""

    def __init__(self, client: Client, root: Path) -> None:
        self._client = client
        self._root = root

    def ghosts(self) -> Iterator[Ghost]:
        """Type at the prepared places and ask for ghost text there."""
        for typing in TYPINGS:
            uri, document = self._type(typing)
            line = len(document.lines) - 1
            before = document.lines[line]
            start = time.perf_counter()
            items = self._client.inline(uri, line, len(before))
            spent = 1000 * (time.perf_counter() - start)
            yield Ghost(typing.path, line + 1, before, items[0]["insertText"] if items else "", spent)

    def explanation(self) -> str:
        """The explanation (markdown) of the prepared function."""
        path, header = EXPLAINED
        text = (self._root / path).read_text(encoding="utf-8")
        line = text[: text.index(header)].count("\n")
        uri = self._client.open(self._root / path, "python", text)
        place = {"line": line, "character": len("def ")}
        answer = self._client.execute("linnet.explain", {"uri": uri, "range": {"start": place, "end": place}})
        self._client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        return str(answer.get("markdown", ""))

    def notes(self) -> list[Note]:
        """Make the prepared edit, without saving it, and have it reviewed."""
        uri, document = self._type(EDITED)
        if not self._client.execute("linnet.review", {"uri": uri})["findings"]:
            return []
        published = self._client.wait_for("textDocument/publishDiagnostics", matching={"uri": uri})
        notes = [_note(document, diagnostic) for diagnostic in published["diagnostics"]]
        return sorted(notes, key=lambda note: note.line)

    def _type(self, typing: Typing) -> tuple[str, Document]:
        path = self._root / typing.path
        text = path.read_text(encoding="utf-8")
        language = language_of(typing.path) or "plaintext"
        uri = self._client.open(path, language, text)
        end = {"line": text.count("\n"), "character": len(text) - text.rfind("\n") - 1}
        self._client.change(uri, 2, {"range": {"start": end, "end": end}, "text": typing.text})
        return uri, Document.of(typing.path, language, text + typing.text)


def _note(document: Document, diagnostic: dict[str, Any]) -> Note:
    line = diagnostic["range"]["start"]["line"]
    code, message = str(diagnostic.get("code", "")), diagnostic["message"]
    return Note(document.path, line + 1, code, document.line(line).strip(), message)


@contextmanager
def tour(environ: Mapping[str, str]) -> Iterator[Tour]:
    """Copy the sample, start the server on it, and clean up at the end. Raises ClientError when it does not answer.

    Neither the user's settings nor their cache take part, and the server is told to stay offline.
    """
    with TemporaryDirectory(prefix="linnet-demo-") as folder:
        root = Path(folder).resolve() / "tideline"
        shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__"))
        plain = {name: value for name, value in environ.items() if not _is_personal(name)}
        commit_all(root, plain)
        config = Path(folder) / "config.toml"
        config.touch()
        command = [sys.executable, "-I", "-m", "linnet_server", "serve", "--offline", "--config", str(config)]
        plain["LINNET_CACHE_DIR"] = str(Path(folder) / "cache")
        # What is shown here does not count in the user's statistics.
        plain["XDG_STATE_HOME"] = folder
        with Client(command, root, plain) as client:
            client.initialize(root)
            client.wait_for("linnet/status", READY_SECONDS, matching={"state": "ready"})
            yield Tour(client, root)


def _is_personal(variable: str) -> bool:
    return (
        variable == "LINNET_API_KEY" or variable.startswith("GIT_") or path_of_variable(variable) is not None
    )


def commit_all(root: Path, environ: Mapping[str, str]) -> bool:
    """Make a repository of a folder with all of it committed; False when there is no git."""
    git = shutil.which("git", path=environ.get("PATH"))
    if git is None:
        return False
    for words in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--no-verify", "-m", "Watch the tide"],
    ):
        done = subprocess.run(
            [git, *IDENTITY, *words], cwd=root, env={**environ, **PLAIN_GIT}, capture_output=True, check=False
        )
        if done.returncode:
            return False
    return True
