"""What real editors and Linnet said to each other, kept without anything of the machine it was recorded on.

A conversation is a list of lines `{"client": message}` and `{"server": message}`. Of the server's side there are the
answers, each where the editor had it, and what it says by itself and the editor reacts to. An answer that depends on who
was faster (the editor went on typing before it had the answer) is `{"id": ..., "settled": true}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from linnet_server.client import Client, ClientError
from tests.protocol.helpers import RECORDED
from tests.real.workspace import HEAD, TYPED

FOLDER = RECORDED / "conversations"
Line = dict[str, Any]
CHANGE = '\n\ndef fresh(items=[]):\n    assert (items, "never fails")\n    return items\n'
BEGIN = "\n\nclass ReadingStore:"
# While one of these is being answered the editor's user goes on, and the answer may change with that.
RACING = {"textDocument/didChange", "textDocument/inlineCompletion", "$/cancelRequest"}
# What the server says by itself and the editor may have waited for.
TOLD = {"linnet/status", "textDocument/publishDiagnostics", "workspace/diagnostic/refresh"}
CANCELLED = -32800


def change(root: Path) -> Path:
    """Change the sample as it was when the conversations were recorded; returns the file that is edited.

    A review has something to find in it, and its last line is one to type on.
    """
    store = root / "tideline" / "store.py"
    indent = TYPED[: -len(TYPED.lstrip())]
    store.write_text(store.read_text().replace(BEGIN, CHANGE + BEGIN) + HEAD + indent)
    return store


def lines_of(text: str) -> list[Line]:
    return [json.loads(line) for line in text.splitlines()]


def text_of(lines: Iterable[Line]) -> str:
    return "".join(f"{json.dumps(line, ensure_ascii=False, sort_keys=True)}\n" for line in lines)


def anonymous(text: str, root: Path) -> str:
    """A text without the folder that it speaks of."""
    return text.replace(root.as_uri(), "$workspace").replace(str(root), "$folder")


def placed(text: str, root: Path) -> str:
    """The text for a folder of this machine."""
    return text.replace("$workspace", root.as_uri()).replace("$folder", str(root))


def distilled(raw: list[Line], root: Path) -> list[Line]:
    """What is kept of all that was said."""
    kept = [line for line in raw if _told(line)]
    numbers = {line["client"]["id"]: 0 for line in kept if "id" in line.get("client", {})}
    numbers = {number: place for place, number in enumerate(numbers, 1)}
    found: list[Line] = []
    for place, line in enumerate(kept):
        who, message = next(iter(line.items()))
        if who == "client":
            found.append({who: _renumbered(message, numbers)})
        elif "method" not in message:
            asked = next(at for at, other in enumerate(kept) if _asks(other, message["id"]))
            method = kept[asked]["client"]["method"]
            raced = any(_races(other) for other in kept[asked + 1 : place])
            known = {"id": numbers[message["id"]]}
            found.append(
                {
                    who: known
                    | ({"settled": True} if raced or "error" in message else _answer(method, message))
                }
            )
        elif not (found and found[-1] == {who: _said(message)}):
            found.append({who: _said(message)})
    return lines_of(anonymous(text_of(found), root))


def _told(line: Line) -> bool:
    who, message = next(iter(line.items()))
    if "method" not in message:
        return who == "server"
    if who == "server":
        return message["method"] in TOLD
    return message["method"] not in ("shutdown", "exit")


def _asks(line: Line, number: object) -> bool:
    return line.get("client", {}).get("id") == number and "method" in line["client"]


def _races(line: Line) -> bool:
    return line.get("client", {}).get("method") in RACING


def _renumbered(message: Line, numbers: dict[object, int]) -> Line:
    changed = {**message}
    if "id" in message:
        changed["id"] = numbers[message["id"]]
    if message["method"] == "$/cancelRequest":
        changed["params"] = {"id": numbers[message["params"]["id"]]}
    if message["method"] == "initialize":
        changed["params"] = {**message["params"], "processId": None}
    return changed


def _said(message: Line) -> Line:
    """What the server says by itself, without what changes from day to day."""
    params = message.get("params")
    if message["method"] == "linnet/status":
        params = {"state": params["state"]} if params else None
    return {"method": message["method"], "params": params}


def _answer(method: str, message: Line) -> Line:
    """An answer as it is compared: without what depends on the engine's training, or on features that come and go."""
    result = message["result"]
    if method == "initialize":
        result = {"inlineCompletionProvider": result["capabilities"]["inlineCompletionProvider"]}
    elif method == "textDocument/codeAction":
        result = sorted(action["title"] for action in result if "explain" in action["title"])
    elif method == "textDocument/inlineCompletion" and result:
        result = {"items": [_item(item) for item in result["items"]]}
    return {"result": result}


def _item(item: Line) -> Line:
    (argument,) = item["command"]["arguments"]
    command = {**item["command"], "arguments": [{**argument, "confidence": None}]}
    return {**item, "command": command}


class Replay:
    """Has a running server answer a conversation again."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._numbers: dict[int, int] = {}
        self._methods: dict[int, str] = {}
        self._cancelled: set[int] = set()

    def lines(self, recorded: Iterable[Line]) -> Iterator[Line]:
        """The conversation as it goes now. Each line is waited for where it stands."""
        for line in recorded:
            if "client" in line:
                self._say(line["client"])
                yield line
            elif "id" in line["server"]:
                yield {"server": self._answered(line["server"])}
            else:
                yield {"server": self._heard(line["server"])}

    def _say(self, message: Line) -> None:
        method: str = message["method"]
        params: Any = message.get("params")
        if method == "$/cancelRequest":
            self._cancelled.add(params["id"])
            params = {"id": self._numbers[params["id"]]}
        if "id" in message:
            self._methods[message["id"]] = method
            self._numbers[message["id"]] = self._client.begin(method, params)
        else:
            self._client.notify(method, params)

    def _heard(self, recorded: Line) -> Line:
        method, wanted = recorded["method"], recorded["params"] or {}
        known = {key: value for key, value in wanted.items() if key in ("state", "uri")}
        return _said({"method": method, "params": self._client.wait_for(method, 30, known)})

    def _answered(self, recorded: Line) -> Line:
        number = recorded["id"]
        try:
            result = self._client.result(self._numbers[number], 60)
        except ClientError as error:
            assert number in self._cancelled and str(CANCELLED) in str(error), (self._methods[number], error)
            return {"id": number, "settled": True}
        check(self._methods[number], result)
        if "settled" in recorded:
            return recorded
        return {"id": number, **_answer(self._methods[number], {"result": result})}


def check(method: str, result: Any) -> None:
    """What holds of each answer, whoever was faster."""
    if method != "textDocument/inlineCompletion" or result is None:
        return
    assert set(result) == {"items"}
    for item in result["items"]:
        assert set(item) == {"insertText", "range", "command"}
        assert item["range"]["start"]["line"] == item["range"]["end"]["line"]
        assert item["command"]["command"] == "linnet.accept"
