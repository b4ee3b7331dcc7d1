"""Reads settings files; whatever stands in them, the answer is a table and at most one message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

NAME = "linnet.toml"
PYPROJECT = "pyproject.toml"
MOST_BYTES = 1_000_000
_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WorkspaceFile:
    """The settings that a workspace brings along.

    `digest` stands for the content that a trust grant is bound to: all of a `linnet.toml`, and the `[tool.linnet]`
    table of a `pyproject.toml`, whose other tables change often and mean nothing here.
    """

    name: str
    table: Mapping[str, object]
    digest: str
    messages: tuple[str, ...] = ()


def read_user_file(path: Path) -> tuple[Mapping[str, object], str | None]:
    """The table of the user's settings file, empty when there is none, and what is wrong with it."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return _NOTHING, None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return _NOTHING, f"{path}: cannot be read ({reason}), so it is ignored."
    if len(data) > MOST_BYTES:
        return _NOTHING, f"{path}: is larger than any settings file, so it is ignored."
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _NOTHING, f"{path}: is not UTF-8, so it is ignored."
    return parsed(text, str(path))


def parsed(text: str, name: str) -> tuple[Mapping[str, object], str | None]:
    """The table that a TOML text holds, and what is wrong with it."""
    import tomllib

    try:
        return tomllib.loads(text), None
    except tomllib.TOMLDecodeError as error:
        return _NOTHING, f"{name}: is not valid TOML, so it is ignored: {error}."
    except (RecursionError, ValueError):
        return _NOTHING, f"{name}: is nested too deeply or holds a number too long, so it is ignored."


def read_workspace_file(root: Path, texts: Mapping[str, str] | None = None) -> WorkspaceFile:
    """What `linnet.toml`, else `[tool.linnet]` of `pyproject.toml`, holds; an empty table without either.

    `texts` by name stand for those that lie in the folder, which then are not looked at.
    """
    own = _read(root, NAME) if texts is None else texts.get(NAME)
    project = _read(root, PYPROJECT) if texts is None else texts.get(PYPROJECT)
    # Most Python projects have a pyproject.toml that says nothing to us: spare them the parser.
    mentioned = project is not None and "linnet" in project
    if own is not None:
        table, message = parsed(own, NAME)
        messages = [message] if message else []
        if project is not None and mentioned and _tool_table(project)[0]:
            messages.append(f"{PYPROJECT}: [tool.linnet] is ignored, since there is a {NAME}.")
        return WorkspaceFile(NAME, table, _digest(own), tuple(messages))
    if project is not None and mentioned:
        table, message = _tool_table(project)
        canonical = json.dumps(table, sort_keys=True, default=str)
        return WorkspaceFile(PYPROJECT, table, _digest(canonical), (message,) if message else ())
    if texts is None and (root / NAME).is_file():
        return WorkspaceFile(NAME, _NOTHING, "", (f"{NAME}: cannot be used, so it is ignored.",))
    return WorkspaceFile(NAME, _NOTHING, "")


def _read(root: Path, name: str) -> str | None:
    try:
        if not (root / name).is_file():
            return None
    except OSError:
        return None
    from linnet_context.files import read

    return read(root, name)


def _tool_table(text: str) -> tuple[Mapping[str, object], str | None]:
    table, message = parsed(text, PYPROJECT)
    tool = table.get("tool")
    if not isinstance(tool, Mapping):
        return _NOTHING, message
    ours = cast("Mapping[str, Any]", tool).get("linnet", _NOTHING)
    if not isinstance(ours, Mapping):
        return _NOTHING, f"{PYPROJECT}: `tool.linnet` should be a table."
    return cast("Mapping[str, object]", ours), message


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
