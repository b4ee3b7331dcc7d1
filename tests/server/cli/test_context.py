"""`linnet context`: one place for people, many places for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from linnet_context import tokens
from linnet_context.problems import Problem
from linnet_server.cli.context import code_points, question_of
from linnet_server.cli.shell import run
from tests.completions.secrets.planting import Maker
from tests.fixture import fixture

SECRET = Maker(11).password()
SHOP = """\
//- .git/HEAD
ref: refs/heads/main
//- shop/stock.py
class Stock:
    def reserve_item(self, item, amount):
        return self.items[item] - amount
//- shop/orders.py
from shop.stock import Stock

def place_order(stock: Stock, item, amount):
    remaining = stock.reserve_item(item, amount)
    return remaining
//- shop/returns.py
from shop.stock import Stock

def take_back(stock: Stock, item, amount):
    remaining = <cursor>
//- .env
TOKEN=1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return fixture(SHOP).write(tmp_path)


def question(root: Path, **changes: object) -> dict[str, object]:
    case = fixture(SHOP)
    place = {"path": case.path, "line": case.cursor.line, "character": case.cursor.column, "text": case.text}
    return {"root": str(root), **place, "budget": 300, "language": "python", **changes}


def batch(*questions: object, code: int = 0) -> list[dict[str, Any]]:
    """Ask in one run; a callable among the questions is called between two of them."""
    command = [sys.executable, "-I", "-m", "linnet_server", "context", "--batch"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        answers = []
        for one in questions:
            if callable(one):
                one()
                continue
            process.stdin.write((one if isinstance(one, str) else json.dumps(one)) + "\n")
            process.stdin.flush()
            answers.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.wait(30) == code
    return answers


@pytest.mark.slow
def test_a_batch_is_answered_line_by_line(root: Path) -> None:
    """Each answer has chunks of other files within the budget, and is the same when asked again."""
    one, two = batch(question(root), question(root))
    assert {"chunks", "tokens", "redacted", "ms"} == set(one)
    assert one["chunks"] == two["chunks"]
    text = "\n".join(chunk[1] for chunk in one["chunks"])
    assert "reserve_item(self, item, amount)" in text
    assert "take_back" not in text
    assert {chunk[0] for chunk in one["chunks"]} <= {None, "shop/stock.py", "shop/orders.py"}
    tokens.load()
    assert 0 < tokens.count(text) <= one["tokens"] <= 300


@pytest.mark.slow
def test_files_may_change_between_two_questions(root: Path) -> None:
    """What changed on disk since the last question counts for the next one; several roots may be asked about."""
    stock = root / "shop/stock.py"

    def rename() -> None:
        for path in (stock, root / "shop/orders.py"):
            path.write_text(path.read_text().replace("reserve_item", "set_aside"))

    one, two = batch(question(root), rename, question(root))
    assert "reserve_item" in str(one["chunks"]) and "reserve_item" not in str(two["chunks"])
    assert "set_aside" in str(two["chunks"])


@pytest.mark.slow
def test_bad_questions_are_answered_too(root: Path) -> None:
    """A question that makes no sense gets an error, the next one its answer; the command ends with 2."""
    answers = batch(
        "nonsense",
        {"root": str(root)},
        {**question(root), "root": "/nowhere"},
        question(root, path=".env"),
        question(root, path="../x.py"),
        question(root),
        code=2,
    )
    assert [("error" in answer, bool(answer["chunks"])) for answer in answers] == [(True, False)] * 5 + [
        (False, True)
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"[1]", "not a JSON object"),
        (b"{", "not a JSON object"),
        (b'{"root": "/"}', "lacks 'path'"),
        (b'{"root": "/", "path": "a", "line": "x", "text": ""}', "not a JSON object"),
        (b'{"root": "/gone", "path": "a", "line": 0, "text": ""}', "no folder"),
    ],
)
def test_what_is_wrong_with_a_question(line: bytes, message: str) -> None:
    """One sentence says what a question lacks."""
    with pytest.raises(Problem, match=message):
        question_of(line)


@pytest.mark.parametrize(
    ("line", "units", "column"),
    [("abc", 2, 2), ("abc", 9, 3), ("abc", -1, 0), ("\U0001f600x", 2, 1), ("\U0001f600x", 1, 0), ("é", 1, 1)],
)
def test_columns_in_utf16(line: str, units: int, column: int) -> None:
    """Columns of questions count UTF-16 units; the middle of a pair is its start."""
    assert code_points(line, units) == column


def test_a_place_is_shown_chunk_by_chunk(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """People see each chunk with its source, tokens and reason, and what the budget left."""
    assert run(["context", f"{root}/shop/returns.py:4", "--budget", "400"]) == 0
    shown = capsys.readouterr().out
    assert "== definition" in shown or "== similar" in shown
    assert "== prefix  shop/returns.py:1-4" in shown
    assert shown.rstrip().endswith("of 400 tokens")


@pytest.mark.parametrize("ranker", ["trees", "sums"])
def test_trees_and_sums_find_what_is_needed(
    ranker: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain case needs no learned trees; the scores tell who ranked."""
    shown = dict[str, float]()
    for way in (ranker, "trees"):
        run(["context", f"{root}/shop/returns.py:4", "--json", "--ranker", way])
        chunks = json.loads(capsys.readouterr().out)["chunks"]
        assert any("def reserve_item" in chunk["text"] for chunk in chunks)
        shown[way] = chunks[-1]["score"]
    assert (len(set(shown.values())) == 2) is (ranker == "sums")


def test_json_has_every_chunk(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form is versioned and tells of each chunk where it is from and why it is in."""
    assert run(["context", f"{root}/shop/returns.py:4:17", "--json", "--task", "explain"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["version"], shown["task"], shown["complete"]) == (1, "explain", True)
    assert shown["place"] == {"path": "shop/returns.py", "line": 4, "column": 17}
    assert shown["tokens"] <= shown["budget"]
    for chunk in [shown["prefix"], shown["suffix"], *shown["chunks"]]:
        assert set(chunk) == {"path", "lines", "source", "tokens", "score", "why", "text"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["context"], "No place was named."),
        (["context", "gone.py:1"], "There is no file gone.py."),
        (["context", "{root}/shop/returns.py:99"], "there is no line 99"),
        (["context", "{root}/.env:1"], "secret file"),
        (["context", "{root}/shop/returns.py:1", "--budget", "3"], "A budget of 3 tokens holds nothing."),
        (["context", "x.py:1", "--batch"], "--batch takes neither a place nor --json."),
    ],
)
def test_what_cannot_be_shown(
    root: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """One sentence says what is wrong, and the exit code is 2."""
    assert run([word.format(root=root) for word in words]) == 2
    assert message in capsys.readouterr().err


def test_a_file_that_the_settings_ignore_is_never_shown(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`context.ignore` holds for the asked file, too."""
    (root / "linnet.toml").write_text('[context]\nignore = ["returns.py"]\n')
    assert run(["context", f"{root}/shop/returns.py:4"]) == 2
    assert "never sent (ignored)" in capsys.readouterr().err


@pytest.fixture
def leaky(root: Path) -> Path:
    """The same workspace with a password in each of two files."""
    for name in ("stock.py", "returns.py"):
        path = root / "shop" / name
        path.write_text(f'PASSWORD = "{SECRET}"\n{path.read_text()}')
    orders = root / "shop/orders.py"
    orders.write_text(orders.read_text().replace("amount)\n", f'amount, password="{SECRET}")\n'))
    return root


def test_secrets_are_shown_as_placeholders_and_counted(
    leaky: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown is what would be sent; how many secrets of each kind were taken out of it is told."""
    words = ["context", f"{leaky}/shop/returns.py:5"]
    assert run(words) == 0
    shown = capsys.readouterr().out
    assert SECRET not in shown and 'PASSWORD = "REDACTED_1"' in shown
    assert run([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    texts = "".join(chunk["text"] for chunk in (told["prefix"], told["suffix"], *told["chunks"]))
    assert SECRET not in texts
    assert told["redacted"] == {"password": texts.count("REDACTED_1")}
    assert told["redacted"]["password"] > 1
    assert f"-- redacted: password ({told['redacted']['password']})" in shown


@pytest.mark.slow
def test_a_batch_has_no_secrets_either(leaky: Path) -> None:
    """Secrets of other files and of the unsaved text are placeholders in every answer, and counted."""
    text = f'key = "{SECRET}"; ' + fixture(SHOP).text
    one, two = batch(question(leaky), question(leaky, text=text))
    for answer in (one, two):
        shown = json.dumps(answer["chunks"])
        assert SECRET not in shown
        assert answer["redacted"] == {"password": shown.count("REDACTED_1")}


def test_without_secrets_none_is_counted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form always says how many were taken out."""
    assert run(["context", f"{root}/shop/returns.py:4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["redacted"] == {}
