"""Each code action that changes code, in a real Neovim with a scripted model; and all of it with llama.cpp."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.modelserver import Asked, ModelServer, Reply, chat
from tests.real import llama, neovim
from tests.real.neovim import Editor
from tests.real.parts import Tell
from tests.real.workspace import workspace
from tests.repositories import Scratch

Start = Callable[[str, str], Editor]
LINES = re.compile(r"<(?P<mark>DATA-\d+) lines to be changed[^\n]*\n(?P<code>.*?)\n</(?P=mark)>", re.DOTALL)
CHOOSE = """
local title, context = ...
vim.lsp.buf.code_action({
  apply = true,
  context = context ~= vim.NIL and context or nil,
  filter = function(action) return action.title:find(title, 1, true) ~= nil end,
})
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small workspace under version control."""
    return workspace(tmp_path / "tideline")


@pytest.fixture
def store(root: Path) -> Path:
    """The file that is edited."""
    return root / "tideline" / "store.py"


@pytest.fixture
def start(
    cache: Path, tell: Tell, installed: Path, isolated: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Starts Neovim with the file, and a model that the user chose: its address, and a pattern for the cursor."""
    folder = neovim.fetched(cache, tell)
    with ExitStack() as stack:

        def begin(url: str, pattern: str) -> Editor:
            if url:
                monkeypatch.setenv("LINNET_PROVIDER", "custom")
                monkeypatch.setenv("LINNET_BASE_URL", url)
                monkeypatch.setenv("LINNET_API_KEY", "test-key")
            running = neovim.running(folder, installed, isolated, monkeypatch)
            editor = stack.enter_context(running).open(store)
            editor.run(f"/{pattern}")
            return editor

        yield begin


def choose(editor: Editor, title: str, context: dict[str, Any] | None = None) -> None:
    """Choose the code action whose title holds some words."""
    editor.lua(CHOOSE, title, context)


def remarked(asked: Asked) -> Reply:
    """The lines that were to be changed, with a remark below the first."""
    code = LINES.search(asked.json["messages"][1]["content"])
    assert code is not None
    first, _, rest = code["code"].partition("\n")
    indent = rest[: len(rest) - len(rest.lstrip())]
    return chat(f"Here it is:\n\n```python\n{first}\n{indent}# Changed.\n", f"{rest}\n```\n")


LATEST = "    def latest(self, code: str) -> Reading | None:\n"


@pytest.mark.parametrize(
    ("title", "context"),
    [
        ("simplify this", None),
        (
            "fix “Bad value”",
            {
                "diagnostics": [
                    {
                        "message": "Bad value",
                        "source": "another server",
                        "range": {
                            "start": {"line": 33, "character": 8},
                            "end": {"line": 33, "character": 16},
                        },
                    }
                ]
            },
        ),
    ],
)
def test_lines_are_rewritten(start: Start, store: Path, title: str, context: dict[str, Any] | None) -> None:
    """The buffer has exactly what the model wrote for these lines, one undo takes it away, and so it is on the disk."""
    before = store.read_text()
    with ModelServer(remarked) as model:
        editor = start(model.url, "def latest")
        choose(editor, title, context)
        editor.wait(lambda: "# Changed." in editor.text(), "the edit", 30)
        expected = before.replace(LATEST, f"{LATEST}        # Changed.\n")
        assert editor.text() == expected
        assert editor.saved(store).decode() == expected
        editor.keys("u")
        editor.wait(lambda: editor.text() == before, "the text as it was")


def test_a_method_is_documented(start: Start, store: Path) -> None:
    """The docstring stands where Python wants it, and nothing else has changed."""
    before = store.read_text()
    with ModelServer(chat("The last reading of a station, if there is one.")) as model:
        editor = start(model.url, "def latest")
        choose(editor, "document this")
        editor.wait(lambda: "The last reading" in editor.text(), "the docstring", 30)
        words = '        """The last reading of a station, if there is one."""\n'
        assert editor.text() == before.replace(LATEST, LATEST + words)


def test_tests_are_written_where_the_project_keeps_them(start: Start, root: Path) -> None:
    """A new file in the folder of the other tests, which Neovim shows and saves."""
    code = "from tideline.store import ReadingStore\n\n\ndef test_empty():\n    assert ReadingStore()\n"
    with ModelServer(chat(f"```python\n{code}```")) as model:
        editor = start(model.url, "def latest")
        choose(editor, "write tests")
        made = root / "tests" / "test_store.py"
        editor.wait(made.exists, "the file", 30)
        loaded = (
            f"return table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufadd('{made}'), 0, -1, false), '\\n')"
        )
        editor.wait(lambda: editor.lua(loaded).rstrip("\n") == code.rstrip("\n"), "its text")


def test_a_comment_is_an_instruction(start: Start, store: Path) -> None:
    """What `linnet: ...` asks for is done, and the comment may go."""
    store.write_text(store.read_text().replace(LATEST, f"    # linnet: leave a remark\n{LATEST}"))
    with ModelServer(remarked) as model:
        editor = start(model.url, "def latest")
        choose(editor, "do “leave a remark”")
        editor.wait(lambda: "# Changed." in editor.text(), "the edit", 30)
        assert "leave a remark" in model.asked[0].json["messages"][1]["content"]


def test_a_selection_is_translated_into_a_new_file(start: Start, root: Path) -> None:
    """The file is made beside the old one."""
    with ModelServer(chat("```typescript\nexport const latest = 1;\n```")) as model:
        editor = start(model.url, "def latest")
        editor.lua(
            "vim.lsp.buf.code_action({ apply = true, range = { start = { 33, 0 }, ['end'] = { 35, 10 } },"
            "filter = function(action) return action.title:find('TypeScript', 1, true) ~= nil end })"
        )
        editor.wait(lambda: list((root / "tideline").glob("store_*.ts")), "the file", 30)


def test_a_safe_fix_needs_no_model(start: Start, store: Path) -> None:
    """A note of Linnet's own review is fixed offline."""
    store.write_text(
        store.read_text() + "\n    def is_pier(self, code: str) -> bool:\n        return code is 'PIER'\n"
    )
    editor = start("", "code is")
    editor.run("Linnet review")
    editor.wait(lambda: editor.lua("return #vim.diagnostic.get(0)"), "diagnostics", 60)
    choose(editor, "offline")
    editor.wait(lambda: "return code == 'PIER'" in editor.text(), "the fix", 30)


def test_an_answer_that_cannot_be_applied_changes_nothing(start: Start, store: Path) -> None:
    """There is no error and no pop-up; the status line says why."""
    with ModelServer(chat("I would rather not.")) as model:
        editor = start(model.url, "def latest")
        choose(editor, "simplify this")
        editor.wait(lambda: "no code" in str(editor.status().get("message")), "the status", 30)
        assert editor.text() == store.read_text()
        assert "Error" not in editor.messages()


def test_llama_cpp_changes_code_or_says_why_not(
    start: Start, cache: Path, tmp_path: Path, root: Path, store: Path, installed: Path
) -> None:
    """A model of random weights writes no code: Neovim and the command line tell so, and the file stays as it is."""
    before = store.read_text()
    with llama.running(cache, tmp_path / "log") as server:
        editor = start(server.url, "def latest")
        choose(editor, "simplify this")
        ready = {"Ready.", "Ready; nothing leaves this machine."}
        editor.wait(lambda: editor.status().get("message") not in ready, "the status", 120)
        assert editor.text() == before
        for command in ("simplify", "document", "tests"):
            done = subprocess.run(
                [installed / "linnet", command, "tideline/store.py:32"],
                cwd=root,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode in (0, 2), done.stderr
            assert done.returncode == 0 or done.stderr.strip().splitlines()[-1].startswith("linnet: ")
            assert store.read_text() == before
            if done.returncode == 0:
                (root / "a.patch").write_text(done.stdout)
                Scratch(root).git("apply", "--check", "a.patch")
