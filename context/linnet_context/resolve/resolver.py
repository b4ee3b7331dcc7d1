"""Which file of the workspace an import means: the one that defines what is imported, through re-exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from ..imports import Import
from ..index.names import family_of
from .configs import Configs, Read
from .golang import GoFiles
from .others import CFiles, JavaFiles
from .python import PythonFiles
from .reexports import Files, source_of
from .rust import RustFiles
from .script import ScriptFiles

_REEXPORTING = frozenset({"python", "javascript", "rust"})


class Resolver:
    """Resolves imports among a fixed set of paths (relative to the root, posix)."""

    def __init__(
        self,
        paths: Iterable[str],
        configs: Iterable[str] = (),
        read: Read = lambda _: None,
        defines: Callable[[str, str], bool] = lambda _path, _name: True,
        imports: Callable[[str], Sequence[Import]] = lambda _: (),
    ) -> None:
        """`configs`: paths that `configs.is_config` knows.

        `defines` tells whether a file defines a name itself, `imports` what it imports and may hand on.
        """
        self._paths = tuple(paths)
        self._configs = Configs(configs, read)
        self._defines = defines
        self._imports = imports
        self._found: dict[tuple[Import, str], tuple[str, ...]] = {}

    def forget(self) -> None:
        """Ask again what files define and import: their texts have changed."""
        self._found.clear()

    def files(self, found: Import, path: str, language: str) -> tuple[str, ...]:
        """The files that `found`, written in the file `path`, means; none for what lies outside the workspace."""
        key = found, path
        files = self._found.get(key)
        if files is None:
            files = self._found[key] = self._resolved(found, path, family_of(language))
        return files

    def _resolved(self, found: Import, path: str, family: str) -> tuple[str, ...]:
        files = self._families.get(family)
        if files is None:
            return ()
        direct = tuple(files.files(found, path))
        if family not in _REEXPORTING or found.name in ("", "*") or len(direct) != 1:
            return direct
        return (source_of(found.name, direct[0], files, self._defines, self._imports) or direct[0],)

    @cached_property
    def _families(self) -> dict[str, Files]:
        return {
            "python": PythonFiles(self._paths),
            "javascript": ScriptFiles(self._paths, self._configs),
            "go": GoFiles(self._paths, self._configs),
            "rust": RustFiles(self._paths, self._configs),
            "java": JavaFiles(self._paths),
            "c": CFiles(self._paths),
        }
