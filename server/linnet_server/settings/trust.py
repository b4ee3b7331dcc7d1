"""Which workspaces' settings files the user trusts; a grant ends when the file changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

_VERSION = 1


def trust_file() -> Path:
    """Where the grants are kept; it may not exist."""
    from platformdirs import user_config_path

    return user_config_path("linnet", appauthor=False) / "trusted.json"


def is_trusted(root: Path, digest: str, grants: Path | None = None) -> bool:
    """Whether the user trusts the settings file of a workspace as it is now."""
    return bool(digest) and _read(grants or trust_file()).get(_key(root)) == digest


def grant(root: Path, digest: str, grants: Path | None = None) -> None:
    """Trust the settings file of a workspace as it is now."""
    _write(grants or trust_file(), {**_read(grants or trust_file()), _key(root): digest})


def revoke(root: Path, grants: Path | None = None) -> bool:
    """Trust the workspace no longer; says whether it was trusted."""
    known = _read(grants or trust_file())
    had = known.pop(_key(root), None) is not None
    if had:
        _write(grants or trust_file(), known)
    return had


def _key(root: Path) -> str:
    return str(root.resolve())


def _read(path: Path) -> dict[str, str]:
    """The grants by workspace root; none when the file is missing or broken, since trust must be given."""
    try:
        value: Any = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(value, dict) or cast("dict[str, Any]", value).get("version") != _VERSION:
        return {}
    known = cast("dict[str, Any]", value).get("workspaces")
    entries = cast("dict[str, Any]", known) if isinstance(known, dict) else {}
    return {root: digest for root, digest in entries.items() if isinstance(digest, str)}


def _write(path: Path, workspaces: dict[str, str]) -> None:
    from linnet_context.files import write_private

    text = json.dumps({"version": _VERSION, "workspaces": workspaces}, indent=2, sort_keys=True)
    write_private(path, (text + "\n").encode("utf-8", "backslashreplace"))
