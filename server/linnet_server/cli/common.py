"""What the commands share: flags and output, places in files, documents from disk."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from linnet_context.problems import Problem
from linnet_context.text import Document, Position

if TYPE_CHECKING:
    from rich.console import Console

    from linnet_server.settings import Loaded, Settings

JSON_VERSION = 1
_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d+)(?:-(?P<end>\d+)|:(?P<column>\d+))?)?", re.DOTALL)
# Text of a workspace must not steer the terminal: everything but tabs and line ends is made visible.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(slots=True)
class App:
    """What one run of the command line was asked for, and where it prints."""

    offline: bool = False
    config: Path | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _told: set[str] = field(default_factory=set[str])

    def load_settings(self, workspace: Path, texts: Mapping[str, str] | None = None) -> Loaded:
        """The settings that hold in a workspace, with their sources and messages.

        `texts` by name stand for the settings files that lie in its folder.
        """
        from linnet_server.settings import load, user_file

        if self.config is not None and not self.config.is_file():
            raise Problem(f"There is no settings file {self.config}.", "Check the path given to --config.")
        return load(
            user=self.config or user_file(),
            workspace=workspace,
            environ=self.environ,
            flags={"offline": True} if self.offline else None,
            workspace_texts=texts,
        )

    def settings(self, workspace: Path, texts: Mapping[str, str] | None = None) -> Settings:
        """The settings that hold in a workspace; what is wrong with them is noted once."""
        loaded = self.load_settings(workspace, texts)
        for message in loaded.messages:
            if message not in self._told:
                self._told.add(message)
                self.note(message)
        return loaded.settings

    def out(self, text: str) -> None:
        """Write a line (or lines) of the result to stdout."""
        _write(sys.stdout, text)

    def note(self, text: str) -> None:
        """Write a line of progress or diagnostics to stderr, unless --quiet was given."""
        if not self.quiet:
            _write(sys.stderr, text)

    def detail(self, text: str) -> None:
        """Write a line to stderr if --verbose or --debug was given."""
        if self.verbose or self.debug:
            _write(sys.stderr, text)

    def json(self, value: Mapping[str, object]) -> None:
        """Write a result as one JSON object, marked with the version of its form."""
        sys.stdout.write(json.dumps({"version": JSON_VERSION, **value}, indent=2) + "\n")

    def styled(self, *parts: tuple[str, str]) -> None:
        """Write a line of the result to stdout: texts, each with a rich style ("" for none)."""
        from rich.text import Text

        self.console().print(Text.assemble(*((visible(text), style) for text, style in parts)))

    @contextmanager
    def progress(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """A bar on stderr where that is a terminal; call what is given with what is done, and with the total."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = self.console(stderr=True)
        columns = (TextColumn(label), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(label, total=None)

            def tell(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            yield tell

    def console(self, *, stderr: bool = False) -> Console:
        """A rich console on stdout or stderr; honours NO_COLOR and --quiet (stderr only)."""
        from rich.console import Console

        # Brackets in source code are no markup.
        return Console(
            stderr=stderr,
            quiet=stderr and self.quiet,
            highlight=False,
            markup=False,
            emoji=False,
            soft_wrap=True,
        )


def _write(stream: TextIO, text: str) -> None:
    stream.write((visible(text) if stream.isatty() else text) + "\n")
    stream.flush()


def visible(text: str) -> str:
    """The text with control characters escaped, so that it cannot steer a terminal."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


@dataclass(frozen=True, slots=True)
class Place:
    """A place named on the command line; all numbers are 0-based here.

    `line` is None when only a file was named; `column` (code points) is None when none was given, which commands take
    for the end of the line; `end_line` is the last line of a range (included), or None.
    """

    path: Path
    line: int | None = None
    column: int | None = None
    end_line: int | None = None


def parse_place(text: str) -> Place:
    """Read `PATH`, `PATH:LINE`, `PATH:LINE:COL` or `PATH:LINE-LINE` (1-based)."""
    found = _PLACE.fullmatch(text)
    if not found:
        raise _no_place(text)
    path, line, end, column = found["path"], found["line"], found["end"], found["column"]
    if line is None:
        if ":" in Path(path).name and not os.path.lexists(path):
            raise _no_place(text)
        return Place(Path(path))
    if any(number is not None and int(number) < 1 for number in (line, end, column)):
        raise Problem(f"`{text}` counts from 0.", "Lines and columns start at 1.")
    if end is not None and int(end) < int(line):
        raise Problem(f"The range in `{text}` ends before it starts.", f"Write `{path}:{end}-{line}`.")
    return Place(Path(path), int(line) - 1, _zero_based(column), _zero_based(end))


def _zero_based(number: str | None) -> int | None:
    return None if number is None else int(number) - 1


def _no_place(text: str) -> Problem:
    return Problem(
        f"`{text}` names no place in a file.", "Write PATH:LINE, PATH:LINE:COLUMN or PATH:LINE-LINE."
    )


def workspace_of(folder: Path) -> Path:
    """The workspace root that a folder or file on disk belongs to."""
    from linnet_context.files import root_of

    return root_of(folder)


def open_document(place: Place) -> tuple[Path, Document]:
    """The workspace root and the text of the place's file; a Problem when it cannot be used there."""
    from linnet_context.files import read, refusal, root_of
    from linnet_context.languages import language_of

    named = place.path
    if not named.exists():
        raise Problem(f"There is no file {named}.", "Check the path.")
    if not named.is_file():
        raise Problem(f"{named} is not a file.", "Name a file, for example PATH:LINE.")
    if not os.access(named, os.R_OK):
        raise Problem(f"{named} cannot be read.", "Check its permissions.")
    path = Path(os.path.abspath(named))
    root = root_of(path)
    relative = path.relative_to(root).as_posix()
    reason = refusal(root, relative)
    text = None if reason else read(root, relative)
    if text is None:
        raise Problem(f"{named} is not used ({reason or 'it cannot be read'}).", "Name another file.")
    document = Document.of(relative, language_of(relative) or "plaintext", text)
    _check_range(place, document)
    return root, document


def _check_range(place: Place, document: Document) -> None:
    lines = len(document.lines)
    last = place.line if place.end_line is None else place.end_line
    if last is not None and lines <= last:
        raise Problem(
            f"{place.path} has {lines} lines, so there is no line {last + 1}.", "Name a line that exists."
        )
    if place.line is not None and place.column is not None:
        width = len(document.line(place.line))
        if width < place.column:
            what = f"Line {place.line + 1} of {place.path} ends at column {width + 1}."
            raise Problem(what, "Name a column that exists, or leave it out for the end of the line.")


def position(place: Place, document: Document) -> Position:
    """Where the place is in its document: the end of the line without a column, the end of the text without a line."""
    line = len(document.lines) - 1 if place.line is None else place.line
    column = len(document.line(line)) if place.column is None else place.column
    return Position(line, column)
