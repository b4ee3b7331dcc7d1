"""Places, documents and output of the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from linnet_context.problems import Problem
from linnet_context.text import Position
from linnet_server.cli.common import App, Place, open_document, parse_place, position, visible

NOBODY = 65534


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a.py", Place(Path("a.py"))),
        ("a.py:3", Place(Path("a.py"), 2)),
        ("a.py:3:5", Place(Path("a.py"), 2, 4)),
        ("a.py:3-9", Place(Path("a.py"), 2, None, 8)),
        ("dir/a b.py:1:1", Place(Path("dir/a b.py"), 0, 0)),
        ("odd:12:3:4", Place(Path("odd:12"), 2, 3)),
        (r"C:\x\a.py:3", Place(Path(r"C:\x\a.py"), 2)),
    ],
)
def test_a_place_is_read(text: str, place: Place) -> None:
    """Numbers are 1-based outside and 0-based inside."""
    assert parse_place(text) == place


@pytest.mark.parametrize(
    "text", ["", "a.py:0", "a.py:1:0", "a.py:0-3", "a.py:5-3", "a.py:", "a.py:x", "a.py:1:", "a.py:-1"]
)
def test_nonsense_is_no_place(text: str) -> None:
    """What names no place is a problem, never a guess."""
    with pytest.raises(Problem):
        parse_place(text)


def test_a_file_with_a_colon_in_its_name_can_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that exists is meant, whatever its name looks like."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a:x").write_text("")
    assert parse_place("a:x") == Place(Path("a:x"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A workspace with a file in a folder."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text("one = 1\ntwo = 2\n")
    return tmp_path


def test_a_document_is_opened_below_its_root(repository: Path) -> None:
    """The root is the repository, the path is relative to it, the language told from the name."""
    root, document = open_document(Place(repository / "src/a.py", 1))
    assert (root, document.path, document.language) == (repository, "src/a.py", "python")
    assert document.text() == "one = 1\ntwo = 2\n"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place(Path("src/a.py"), 0), Position(0, 7)),
        (Place(Path("src/a.py"), 0, 3), Position(0, 3)),
        (Place(Path("src/a.py"), 2), Position(2, 0)),
        (Place(Path("src/a.py")), Position(2, 0)),
    ],
)
def test_a_place_becomes_a_position(
    repository: Path, monkeypatch: pytest.MonkeyPatch, place: Place, expected: Position
) -> None:
    """Without a column the end of the line is meant, without a line the end of the text."""
    monkeypatch.chdir(repository)
    _, document = open_document(place)
    assert position(place, document) == expected


@pytest.mark.parametrize(
    ("name", "line", "column", "end", "said"),
    [
        ("src/none.py", 0, None, None, "There is no file"),
        ("src", 0, None, None, "is not a file"),
        ("src/a.py", 3, None, None, "has 3 lines, so there is no line 4"),
        ("src/a.py", 0, None, 7, "has 3 lines, so there is no line 8"),
        ("src/a.py", 0, 8, None, "ends at column 8"),
        ("src/b.bin", 0, None, None, "is not used"),
        (".env", 0, None, None, "is not used (secret file)"),
        ("src/leads_out.py", 0, None, None, "is not used"),
    ],
)
def test_what_cannot_be_opened_is_a_problem(
    repository: Path,
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    line: int,
    column: int | None,
    end: int | None,
    said: str,
) -> None:
    """A missing, binary, secret or foreign file, a line or column that is not there: one sentence each."""
    (repository / "src/b.bin").write_bytes(b"\0\1\2" * 99)
    (repository / ".env").write_text("KEY=1")
    outside = tmp_path_factory.mktemp("outside") / "x.py"
    outside.write_text("x = 1")
    (repository / "src/leads_out.py").symlink_to(outside)
    with pytest.raises(Problem) as caught:
        open_document(Place(repository / name, line, column, end))
    assert said in caught.value.what


def test_an_unreadable_file_is_a_problem(repository: Path) -> None:
    """A file without permission to read is named."""
    with no_rights(repository), pytest.raises(Problem) as caught:
        (repository / "src/a.py").chmod(0)
        open_document(Place(repository / "src/a.py"))
    assert "unreadable" in caught.value.what


@contextmanager
def no_rights(folder: Path) -> Iterator[None]:
    """Root may read everything, so root becomes nobody for a while; the folder is nobody's then."""
    if os.geteuid() != 0:
        yield
        return
    for each in (folder, *folder.rglob("*")):
        os.chown(each, NOBODY, -1)
    modes = {parent: parent.stat().st_mode for parent in folder.parents}
    for parent in folder.parents:
        if parent.stat().st_uid == 0:
            parent.chmod(modes[parent] | 0o111)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        for parent, mode in modes.items():
            if parent.stat().st_uid == 0:
                parent.chmod(mode)


def test_results_and_notes_go_their_ways(capsys: pytest.CaptureFixture[str]) -> None:
    """Results go to stdout; notes to stderr, details only when asked for, nothing when quiet."""
    App().out("result")
    App().note("note")
    App().detail("detail")
    App(verbose=True).detail("shown")
    App(quiet=True).note("hidden")
    assert capsys.readouterr() == ("result\n", "note\nshown\n")


def test_json_is_versioned(capsys: pytest.CaptureFixture[str]) -> None:
    """Every JSON result tells the version of its form, and any text survives in it."""
    App().json({"text": "\ud800é\n"})
    assert json.loads(capsys.readouterr().out) == {"version": 1, "text": "\ud800é\n"}


def test_text_cannot_steer_the_terminal() -> None:
    """Escape sequences become visible; tabs and line ends stay."""
    assert visible("a\x1b[31m\tb\x07\n\x9b") == "a\\x1b[31m\tb\\x07\n\\x9b"


def test_messages_about_settings_are_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However often settings are asked for, what is wrong with them is said once."""
    (tmp_path / "linnet.toml").write_text("providr = 'x'")
    app = App()
    app.settings(tmp_path)
    app.settings(tmp_path)
    assert capsys.readouterr().err.count("providr") == 1
