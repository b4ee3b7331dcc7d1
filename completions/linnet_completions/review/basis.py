"""What the base of a change says of its review: whoever proposes a change does not choose its rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from linnet_context import files, git
from linnet_context.exclusions import folder_reason, is_secret, name_reason
from linnet_context.git import ChangedFile, Repository
from linnet_context.ignores import Chain, Rules

_OWN, _ATTRIBUTES = ".linnetignore", ".gitattributes"
# GitHub's own names for what nobody wrote by hand; git itself knows no such attribute.
_NOT_WRITTEN = {"linguist-generated": "generated", "linguist-vendored": "dependencies"}


@dataclass(frozen=True, slots=True)
class Basis:
    """Where the rules of a review come from: a commit or tree of a repository, or, without one, the folder itself."""

    root: Path
    repository: Repository | None = None
    revision: str = ""

    def texts(self, paths: Sequence[str]) -> dict[str, str]:
        """The texts of those of the files that are there, by path."""
        if self.repository is not None:
            return git.texts(self.repository, self.revision, paths)
        found = {path: files.read(self.root, path) for path in paths}
        return {path: text for path, text in found.items() if text is not None}


class Judge:
    """Which files of a change are skipped for what is known before their text is read."""

    def __init__(self, basis: Basis, changed: Iterable[ChangedFile], ignore: Sequence[str] = ()) -> None:
        folders = {"", *(f"{folder}/" for file in changed for folder in _folders(file.path))}
        texts = basis.texts([folder + name for folder in sorted(folders) for name in (_OWN, _ATTRIBUTES)])
        self._own = {
            folder: Rules(texts[folder + _OWN].splitlines()) for folder in folders if folder + _OWN in texts
        }
        self._attributes = {
            folder: _attributes(texts[folder + _ATTRIBUTES])
            for folder in folders
            if folder + _ATTRIBUTES in texts
        }
        self._settings = Rules(ignore)

    def reason(self, file: ChangedFile) -> str:
        """Why a file is not reviewed; "" when it is, as far as its name and git tell."""
        return _kind_reason(file) or self._path_reason(file.path)

    def _path_reason(self, path: str) -> str:
        if is_secret(path):
            return ""  # A committed key file is what a review must see. Nothing of it leaves the machine.
        parts = PurePosixPath(path).parts
        if reason := next(filter(None, map(folder_reason, parts[:-1])), None):
            return reason
        if self._is_ignored(parts):
            return "ignored"
        return self._attribute(path) or name_reason(path) or ""

    def _is_ignored(self, parts: Sequence[str]) -> bool:
        own, given = Chain().extended("", self._own.get("", Rules(()))), Chain().extended("", self._settings)
        for depth in range(1, len(parts) + 1):
            here, is_folder = "/".join(parts[:depth]), depth < len(parts)
            if own.ignores(here, is_folder) or given.ignores(here, is_folder):
                return True
            if inner := self._own.get(f"{here}/"):
                own = own.extended(f"{here}/", inner)
        return False

    def _attribute(self, path: str) -> str:
        """What the nearest .gitattributes that speaks of a file says about who wrote it."""
        for folder in sorted(self._attributes, key=len, reverse=True):
            if path.startswith(folder):
                for reason, rules in self._attributes[folder].items():
                    verdict = rules.verdict(path.rpartition("/")[2], path.removeprefix(folder), False)
                    if verdict is not None:
                        return reason if verdict else ""
        return ""


def _folders(path: str) -> Iterable[str]:
    return (str(folder) for folder in PurePosixPath(path).parents if str(folder) != ".")


def _attributes(text: str) -> dict[str, Rules]:
    """The patterns of files that nobody wrote, by reason; `attribute=false` and `-attribute` take a file out again."""
    lines: dict[str, list[str]] = {}
    for line in text.splitlines():
        pattern, *attributes = line.split() or [""]
        if pattern.startswith(("#", "!", '"')):
            continue
        for name, reason in _NOT_WRITTEN.items():
            if {name, f"{name}=true"} & set(attributes):
                lines.setdefault(reason, []).append(pattern)
            elif {f"-{name}", f"{name}=false"} & set(attributes):
                lines.setdefault(reason, []).append(f"!{pattern}")
    return {reason: Rules(patterns) for reason, patterns in lines.items()}


def _kind_reason(file: ChangedFile) -> str:
    """Why a file is skipped for what git says of it."""
    if file.status == "deleted":
        return "deleted"
    if "160000" in (file.old_mode, file.new_mode):
        return "submodule"
    if file.new_mode == "120000":
        return "symbolic link"
    if file.path.endswith("/"):
        return "nested repository"
    if file.old_id and file.old_id == file.new_id:
        return "only renamed" if file.path != file.old_path else "only its mode changed"
    return ""
