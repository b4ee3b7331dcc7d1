"""Edits by a model, through the real server: lazily resolved, applied exactly, rebased, cancelled, never a pop-up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linnet_server.client import Client, ClientError
from tests.modelserver import Asked, ModelServer, Pause, Reply, Script, Stall, chat, refusing
from tests.protocol.helpers import CLIENTS, Transcript, initialize_of, learned, server

pytestmark = pytest.mark.slow

SHOP = '''\
"""A shop."""

import json


def load(path):
    with open(path) as file:
        rows = json.load(file)
    return [row for row in rows]


def total(prices, rate):
    amount = 0
    for price in prices:
        amount = amount + price * rate
    return amount
'''
TESTS = "import pytest\n\nfrom shop import load\n\n\ndef test_load(tmp_path):\n    assert load\n"
VSCODE = "vscode-1.139-lc11"
SIMPLER = "```python\ndef total(prices, rate):\n    return sum(price * rate for price in prices)\n```\n"
AFTER = (
    SHOP.partition("def total")[0]
    + "def total(prices, rate):\n    return sum(price * rate for price in prices)\n"
)
TOTAL = {"start": {"line": 12, "character": 4}, "end": {"line": 12, "character": 4}}


@dataclass
class Editor:
    """A client with the document open, and all that the server said."""

    client: Client
    uri: str
    root: Path
    said: Transcript

    def actions(self, span: dict[str, Any] = TOTAL, *problems: dict[str, Any]) -> dict[str, dict[str, Any]]:
        params = {
            "textDocument": {"uri": self.uri},
            "range": span,
            "context": {"diagnostics": list(problems)},
        }
        found = self.client.request("textDocument/codeAction", params)
        return {action["title"]: action for action in found}

    def resolved(self, title: str, *problems: dict[str, Any]) -> dict[str, Any]:
        action: dict[str, Any] = self.client.request(
            "codeAction/resolve", self.actions(TOTAL, *problems)[title], 30
        )
        return action

    def messages(self) -> list[str]:
        return [
            message["params"]["message"]
            for message in self.said.messages
            if message.get("method") == "linnet/status"
        ]


@contextmanager
def editor(
    root: Path, script: Script | Reply | list[Reply], name: str = VSCODE, text: str = SHOP
) -> Iterator[tuple[Editor, ModelServer]]:
    """An editor as it was recorded, and the model that its server may ask."""
    (root / "pyproject.toml").write_text("")
    (root / "shop.py").write_text(text)
    (root / "tests").mkdir(exist_ok=True)
    (root / "tests/test_shop.py").write_text(TESTS)
    said = Transcript()
    with ModelServer(script) as model:
        chosen = {"LINNET_PROVIDER": "custom", "LINNET_BASE_URL": model.url, "LINNET_API_KEY": "test-key"}
        environ = {**os.environ, **chosen}
        with server(root, environ=environ, transcript=said) as client:
            client.replies["workspace/applyEdit"] = {"applied": True}
            client.initialize(root, initialize_of(name)["capabilities"] if name else {})
            uri = client.open(root / "shop.py", "python", text)
            learned(client)
            yield Editor(client, uri, root, said), model


def changed(text: str, edit: dict[str, Any]) -> str:
    """A text with the edit of its one document made; columns are those of ASCII."""
    (change,) = edit["documentChanges"]
    lines = text.split("\n")

    def offset(place: dict[str, int]) -> int:
        return sum(len(line) + 1 for line in lines[: place["line"]]) + place["character"]

    edits = sorted(change["edits"], key=lambda one: offset(one["range"]["start"]), reverse=True)
    for one in edits:
        start, end = offset(one["range"]["start"]), offset(one["range"]["end"])
        text = text[:start] + one["newText"] + text[end:]
    return text


def test_an_action_is_worked_out_when_it_is_chosen(tmp_path: Path) -> None:
    """Listing actions asks no model; resolving gives a versioned edit that makes exactly the model's code."""
    with editor(tmp_path, chat(SIMPLER)) as (one, model):
        actions = one.actions()
        assert {"Linnet: simplify this", "Linnet: document this", "Linnet: write tests"} <= set(actions)
        assert "edit" not in actions["Linnet: simplify this"] and model.asked == []
        edit = one.resolved("Linnet: simplify this")["edit"]
        assert changed(SHOP, edit) == AFTER
        assert edit["documentChanges"][0]["textDocument"]["version"] == 1
        assert edit["changeAnnotations"]["linnet"]["needsConfirmation"] is False
        assert len(edit["documentChanges"][0]["edits"]) <= 2
        again = one.resolved("Linnet: simplify this")["edit"]
        assert (again, len(model.asked)) == (edit, 1)


def test_a_problem_of_any_server_is_fixed(tmp_path: Path) -> None:
    """The message of the diagnostic goes to the model, and the action carries the diagnostic."""
    problem = {"range": TOTAL, "message": 'Operator "*" not supported for type "str"', "source": "Pyright"}
    title = 'Linnet: fix “Operator "*" not supported for type "str"”'
    with editor(tmp_path, chat(SIMPLER)) as (one, model):
        action = one.resolved(title, problem)
        assert action["kind"] == "quickfix" and action["diagnostics"][0]["source"] == "Pyright"
        assert changed(SHOP, action["edit"]) == AFTER
        assert problem["message"] in model.asked[0].json["messages"][1]["content"]


def test_a_definition_is_documented(tmp_path: Path) -> None:
    """The docstring is the model's words and the rest of the definition stays as it is."""
    with editor(tmp_path, chat("The sum of all prices, each times the rate.")) as (one, _):
        edit = one.resolved("Linnet: document this")["edit"]
        head = "def total(prices, rate):\n"
        words = '    """The sum of all prices, each times the rate."""\n'
        assert changed(SHOP, edit) == SHOP.replace(head, head + words)


def test_tests_are_added_to_the_file_that_has_some(tmp_path: Path) -> None:
    """The edit is of the test file, which is not open: it has no version, and nothing in it is overwritten."""
    answer = "```python\nfrom shop import total\n\n\ndef test_total():\n    assert total([1, 2], 2) == 6\n```"
    with editor(tmp_path, chat(answer)) as (one, _):
        edit = one.resolved("Linnet: write tests")["edit"]
        (change,) = edit["documentChanges"]
        assert change["textDocument"] == {"uri": (tmp_path / "tests/test_shop.py").as_uri(), "version": None}
        after = changed(TESTS, edit)
        assert after.startswith("import pytest\n\nfrom shop import load\nfrom shop import total\n")
        assert after.endswith("    assert load\n\n\ndef test_total():\n    assert total([1, 2], 2) == 6\n")


def test_an_instruction_rewrites_through_the_command(tmp_path: Path) -> None:
    """`linnet.edit` has the client apply the edit, and says what was done."""
    with editor(tmp_path, chat(SIMPLER)) as (one, model):
        done = one.client.execute(
            "linnet.edit", {"uri": one.uri, "range": TOTAL, "instruction": "Use sum()."}
        )
        assert done["applied"] and done["message"].endswith("in shop.py.")
        (asked,) = [
            message for message in one.said.messages if message.get("method") == "workspace/applyEdit"
        ]
        assert changed(SHOP, asked["params"]["edit"]) == AFTER
        assert "Use sum()." in model.asked[0].json["messages"][1]["content"]
        missing = one.client.execute("linnet.edit", {"uri": one.uri, "range": TOTAL})
        assert missing == {"applied": False, "message": "There is no instruction."}


def test_a_comment_asks_for_a_rewriting(tmp_path: Path) -> None:
    """Editors that cannot ask for an instruction find it in a comment."""
    text = SHOP.replace("def total", "# linnet: use sum()\ndef total")
    with editor(tmp_path, chat(SIMPLER), text=text) as (one, model):
        span = {"start": {"line": 12, "character": 0}, "end": {"line": 12, "character": 0}}
        actions = one.actions(span)
        assert "Linnet: do “use sum()”" in actions
        assert model.asked == []


def test_a_translation_is_a_new_file(tmp_path: Path) -> None:
    """The new file stands beside the old one and is never one that exists."""
    answer = "```go\npackage shop\n\nfunc Total() int { return 0 }\n```"
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 16, "character": 0}}
    with editor(tmp_path, chat(answer)) as (one, _):
        question = {"uri": one.uri, "range": whole, "language": "Go", "apply": False}
        edit = one.client.execute("linnet.translate", question)["edit"]
        create, change = edit["documentChanges"]
        assert create["uri"] == change["textDocument"]["uri"] == (tmp_path / "shop.go").as_uri()
        assert create["options"] == {"overwrite": False, "ignoreIfExists": False}
        assert change["edits"][0]["newText"].startswith("package shop\n")
        (tmp_path / "shop.go").write_text("package shop\n")
        done = one.client.execute("linnet.translate", question)
        assert done["message"] == "There is a file shop.go already, and nothing is overwritten."


def test_an_edit_of_a_document_that_moved_is_rebased(tmp_path: Path) -> None:
    """What was typed above while the model wrote moves the edit; what was typed inside refuses it."""
    slow = Reply((Pause(0.8), *chat(SIMPLER).steps))
    top = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    with editor(tmp_path, slow) as (one, model):
        action = one.actions()["Linnet: simplify this"]
        number = one.client.begin("codeAction/resolve", action)
        model.wait_for(1)
        one.client.change(one.uri, 2, {"range": top, "text": "# First.\n"})
        edit = one.client.result(number, 30)["edit"]
        assert edit["documentChanges"][0]["textDocument"]["version"] == 2
        assert changed("# First.\n" + SHOP, edit) == "# First.\n" + AFTER
        action = one.actions({"start": {"line": 14, "character": 0}, "end": {"line": 14, "character": 0}})[
            "Linnet: write tests"
        ]
        assert action["data"]["version"] == 2


def test_lines_that_were_edited_meanwhile_are_left_alone(tmp_path: Path) -> None:
    """Then the action has no edit, and the status says why."""
    slow = Reply((Pause(0.8), *chat(SIMPLER).steps))
    inside = {"start": {"line": 12, "character": 0}, "end": {"line": 12, "character": 0}}
    with editor(tmp_path, slow) as (one, model):
        number = one.client.begin("codeAction/resolve", one.actions()["Linnet: simplify this"])
        model.wait_for(1)
        one.client.change(one.uri, 2, {"range": inside, "text": "    rate = 2\n"})
        assert one.client.result(number, 30).get("edit") is None
        assert any("edited meanwhile" in message for message in one.messages())


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (refusing(401, {"error": {"message": "bad key"}}), "did not answer"),
        (chat("I would rather not."), "no code"),
        (chat("```python\ndef total(prices, rate):\n    return sum("), "cut"),
        (chat("```python\ndef total(prices, rate):\n    return (\n```"), "syntax error"),
    ],
)
def test_what_fails_is_one_line_of_status(tmp_path: Path, reply: Reply, told: str) -> None:
    """No edit, no error, no pop-up (the transcript is checked for those)."""
    with editor(tmp_path, reply) as (one, _):
        assert one.resolved("Linnet: simplify this").get("edit") is None
        assert sum(told in message for message in one.messages()) == 1


def test_a_bad_answer_is_asked_for_once_more(tmp_path: Path) -> None:
    """The second question says what was wrong, and a good second answer is applied."""
    with editor(tmp_path, [chat("```python\ndef total(:\n```"), chat(SIMPLER)]) as (one, model):
        assert changed(SHOP, one.resolved("Linnet: simplify this")["edit"]) == AFTER
        assert "cannot be applied" in model.asked[1].json["messages"][-1]["content"]


def test_cancelling_closes_the_stream(tmp_path: Path) -> None:
    """The user's cancel ends the request upstream, and the request is answered once."""
    stalled = Reply((*chat("```python\ndef").steps[:2], Stall()))
    with editor(tmp_path, stalled) as (one, model):
        number = one.client.begin("codeAction/resolve", one.actions()["Linnet: simplify this"])
        (asked,) = model.wait_for(1)
        one.client.notify("$/cancelRequest", {"id": number})
        assert asked.abandoned()
        with pytest.raises(ClientError, match="-32800"):
            one.client.result(number)


def test_the_progress_bar_cancels(tmp_path: Path) -> None:
    """The bar that the server made says that it can be cancelled, and doing so leaves the document as it is."""
    stalled = Reply((*chat("```python\ndef").steps[:2], Stall()))
    with editor(tmp_path, stalled) as (one, model):
        number = one.client.begin("codeAction/resolve", one.actions()["Linnet: simplify this"])
        model.wait_for(1)
        bar = one.client.wait_for("$/progress")
        while not bar["value"].get("cancellable"):
            bar = one.client.wait_for("$/progress")
        one.client.notify("window/workDoneProgress/cancel", {"token": bar["token"]})
        assert one.client.result(number).get("edit") is None
        assert any("You cancelled it." in message for message in one.messages())


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_gets_an_edit_that_it_takes(tmp_path: Path, name: str) -> None:
    """Whatever a recorded client announces, the edit has a form that it understands."""
    with editor(tmp_path, chat(SIMPLER), name) as (one, _):
        edit = one.resolved("Linnet: simplify this")["edit"]
        marked = "changeAnnotations" in edit
        assert marked == (
            "changeAnnotationSupport" in initialize_of(name)["capabilities"]["workspace"]["workspaceEdit"]
        )
        assert edit["documentChanges"][0]["textDocument"]["version"] == 1


def test_a_client_that_cannot_ask_later_gets_commands(tmp_path: Path) -> None:
    """Without `codeAction/resolve` for edits the action is a command; without `applyEdit` that says so."""
    with editor(tmp_path, chat(SIMPLER), "") as (one, _):
        action = one.actions()["Linnet: simplify this"]
        assert action["command"]["command"] == "linnet.simplify"
        done = one.client.execute("linnet.simplify", *action["command"]["arguments"])
        assert done == {
            "applied": False,
            "message": "Your editor does not apply edits of a language server.",
        }


def test_without_a_model_nothing_is_offered_that_needs_one(tmp_path: Path) -> None:
    """A safe fix of ruff's is offered offline, and says so; edits by a model are not."""
    text = SHOP + "\n\ndef same(a):\n    return a is 'x'\n"
    (tmp_path / "pyproject.toml").write_text("")
    said = Transcript()
    with server(tmp_path, transcript=said) as client:
        client.initialize(tmp_path, initialize_of(VSCODE)["capabilities"])
        uri = client.open(tmp_path / "shop.py", "python", text)
        learned(client)
        line = text.split("\n").index("    return a is 'x'")
        span = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 9}}
        one = Editor(client, uri, tmp_path, said)
        actions = one.actions(span, {"range": span, "message": "Use `==`", "source": "Ruff", "code": "F632"})
        assert "Linnet: simplify this" not in actions
        (title,) = [title for title in actions if "offline" in title]
        assert changed(text, actions[title]["edit"]) == text.replace("a is 'x'", "a == 'x'")
        done = client.execute("linnet.document", {"uri": uri, "range": TOTAL})
        assert done["message"].startswith("No model is chosen")


def test_our_own_notes_need_not_be_told_again(tmp_path: Path) -> None:
    """A client that tells only of what the cursor stands on gets the fix of a note elsewhere on the line."""
    text = SHOP + "\n\ndef same(a):\n    return a is 'x'\n"
    (tmp_path / "pyproject.toml").write_text("")
    said = Transcript()
    with server(tmp_path, transcript=said) as client:
        client.initialize(tmp_path, initialize_of(VSCODE)["capabilities"])
        uri = client.open(tmp_path / "shop.py", "python", text)
        learned(client)
        assert client.execute("linnet.review", {"uri": uri})["findings"]
        line = text.split("\n").index("    return a is 'x'")
        here = {"line": line, "character": 0}
        actions = Editor(client, uri, tmp_path, said).actions({"start": here, "end": here})
        assert [
            action["diagnostics"][0]["source"] for title, action in actions.items() if "offline" in title
        ] == ["linnet"]


def test_what_is_asked_shows_no_secret(tmp_path: Path) -> None:
    """A key in the lines is masked on its way out and put back in the edit."""
    key = "ghp_" + "x8Kd02LmPqRs7TuVwZyAbC4dEfGhIj5kLmNo"
    text = SHOP.replace("    amount = 0\n", f'    token = "{key}"\n    amount = len(token)\n')

    def script(asked: Asked) -> Reply:
        content = asked.json["messages"][1]["content"]
        assert key not in content
        body = content.partition("def total")[2].partition("\n</DATA")[0]
        return chat(f"```python\ndef total{body.replace('amount + price', 'price + amount')}\n```")

    with editor(tmp_path, script, text=text) as (one, _):
        edit = one.resolved("Linnet: simplify this")["edit"]
        assert changed(text, edit) == text.replace("amount + price", "price + amount")
