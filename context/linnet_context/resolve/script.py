"""Imports of TypeScript and JavaScript: relative, by tsconfig's paths, and by the names of a workspace's packages."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from ..imports import Import
from .configs import Configs, inside, nearest

ENDINGS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs", ".vue", ".svelte")
_ENDING = re.compile(r"\.(?:d\.[mc]?ts|[mc]?[jt]sx?)$")
# Where a bundler puts what it makes of the sources.
_BUILT = re.compile(r"(^|/)(?:dist|lib|build|out|esm|cjs|types|es)(?=/)")
CONDITIONS = ("source", "development", "types", "import", "module", "default", "require", "node", "browser")
_ENTRIES = ("source", "types", "typings", "module", "main")
_MOST_EXTENDED = 8


class ScriptFiles:
    """Finds the file of a module among the paths of a workspace and its configuration files."""

    def __init__(self, paths: Iterable[str], configs: Configs) -> None:
        self._paths = frozenset(path for path in paths if path.endswith(ENDINGS))
        self._configs = configs

    def files(self, found: Import, path: str) -> Iterator[str]:
        """The file that `found` means: one, or none."""
        for target in self._targets(found.module, path):
            if file := self._file(target):
                yield file
                return

    def _targets(self, module: str, path: str) -> Iterator[str]:
        """What the module may mean, as paths without regard to endings."""
        here = posixpath.dirname(path)
        if module.startswith("."):
            if (target := inside(here, module)) is not None:
                yield target
            return
        for config in self._configs_of(path):
            yield from self._mapped(config, module)
        if module.startswith("#"):
            yield from self._own_imports(module, path)
        else:
            yield from self._packaged(module)

    def _file(self, target: str) -> str | None:
        for stem in dict.fromkeys((target, _ENDING.sub("", target))):
            if stem in self._paths:
                return stem
            for ending in (*ENDINGS, *("/index" + one for one in ENDINGS)):
                if (candidate := (stem + ending).lstrip("/")) in self._paths:
                    return candidate
        return None

    # tsconfig.json

    @cached_property
    def _by_folder(self) -> Mapping[str, str]:
        found = {posixpath.dirname(path): path for path in self._configs.named("jsconfig.json")}
        return found | {posixpath.dirname(path): path for path in self._configs.named("tsconfig.json")}

    def _configs_of(self, path: str) -> list[str]:
        """The project's configuration, and those that a mere list of projects refers to."""
        config = nearest(self._by_folder, path)
        if config is None:
            return []
        folder = posixpath.dirname(config)
        listed = [one.get("path") for one in _dicts(self._configs.json(config).get("references"))]
        inner = [inside(folder, one) for one in listed if isinstance(one, str)]
        named = [one if one.endswith(".json") else f"{one}/tsconfig.json".lstrip("/") for one in inner if one]
        return [config, *(one for one in named if posixpath.dirname(one) == folder)]

    def _mapped(self, config: str, module: str) -> Iterator[str]:
        """What `paths` and `baseUrl` make of a module, the longest pattern first."""
        base, folder, patterns = self._options(config)
        for pattern in sorted(patterns, key=lambda one: -len(one.partition("*")[0])):
            head, star, tail = pattern.partition("*")
            if module == pattern or (star and module.startswith(head) and module.endswith(tail)):
                middle = module[len(head) : len(module) - len(tail)] if star else ""
                for target in patterns[pattern]:
                    if (found := inside(folder, target.replace("*", middle, 1))) is not None:
                        yield found
        if base is not None and (found := inside(base, module)) is not None:
            yield found

    def _options(self, config: str) -> tuple[str | None, str, Mapping[str, Sequence[str]]]:
        """`baseUrl` as a folder, the folder that `paths` start from, and `paths`; inherited ones where there are none."""
        base: str | None = None
        folder, patterns = "", dict[str, Sequence[str]]()
        for path in self._inheritance(config):
            here = posixpath.dirname(path)
            options = _dict(self._configs.json(path).get("compilerOptions"))
            if base is None and isinstance(url := options.get("baseUrl"), str):
                base = inside(here, url)
            if not patterns and (told := _dict(options.get("paths"))):
                patterns = {key: _texts(value) for key, value in told.items()}
                own = options.get("baseUrl")
                folder = (inside(here, own) if isinstance(own, str) else here) or ""
        if base is not None and patterns and not folder:
            folder = base
        return base, folder, patterns

    def _inheritance(self, config: str) -> list[str]:
        """A configuration and those it extends, the nearest first."""
        found, waiting = list[str](), [config]
        while waiting and len(found) < _MOST_EXTENDED:
            path = waiting.pop(0)
            if path in found or path not in self._configs.paths:
                continue
            found.append(path)
            folder = posixpath.dirname(path)
            # Later ones of a list win over earlier ones.
            for one in reversed(_texts(self._configs.json(path).get("extends"))):
                target = inside(folder, one) if one.startswith(".") else self._packaged_config(one)
                if target is not None:
                    waiting.append(target if target.endswith(".json") else target + ".json")
        return found

    def _packaged_config(self, name: str) -> str | None:
        for package, folder in self._packages.items():
            if name == package or name.startswith(package + "/"):
                return inside(folder, name[len(package) + 1 :] or "tsconfig.json")
        return None

    # package.json

    @cached_property
    def _packages(self) -> Mapping[str, str]:
        """Folders of the workspace's packages by name."""
        found = dict[str, str]()
        for path in self._configs.named("package.json"):
            name = self._configs.json(path).get("name")
            if isinstance(name, str) and name:
                found.setdefault(name, posixpath.dirname(path))
        return found

    def _packaged(self, module: str) -> Iterator[str]:
        parts = module.split("/")
        name = "/".join(parts[: 2 if module.startswith("@") else 1])
        folder = self._packages.get(name)
        if folder is None:
            return
        rest = module[len(name) + 1 :]
        manifest = self._configs.json(posixpath.join(folder, "package.json"))
        told = list(exported(manifest.get("exports"), "./" + rest if rest else "."))
        if not rest:
            told += [value for key in _ENTRIES if isinstance(value := manifest.get(key), str)]
        for target in told:
            yield from self._sources(folder, target)
        for guess in (rest, f"src/{rest}") if rest else ("src/index", "index", "src", f"src/{parts[-1]}"):
            if (found := inside(folder, guess)) is not None:
                yield found

    def _own_imports(self, module: str, path: str) -> Iterator[str]:
        """Names with a number sign, which a package keeps to itself."""
        by_folder = {posixpath.dirname(one): one for one in self._configs.named("package.json")}
        config = nearest(by_folder, path)
        if config is not None:
            for target in exported(self._configs.json(config).get("imports"), module):
                yield from self._sources(posixpath.dirname(config), target)

    def _sources(self, folder: str, target: str) -> Iterator[str]:
        """A published file, and the source that it may have been built from."""
        for one in dict.fromkeys((target, _BUILT.sub(r"\1src", target, count=1), _BUILT.sub(r"\1.", target))):
            if (found := inside(folder, one)) is not None:
                yield found


def exported(exports: object, wanted: str, conditions: Sequence[str] = CONDITIONS) -> Iterator[str]:
    """The files that a map of exports gives for a subpath; patterns with one star are known."""
    if isinstance(exports, str):
        if wanted == ".":
            yield exports
        return
    table = _dict(exports)
    if table and not any(key.startswith((".", "#")) for key in table):
        table = {".": table}
    for key, value in table.items():
        head, star, tail = key.partition("*")
        if key == wanted:
            yield from _conditional(value, conditions)
        elif star and wanted.startswith(head) and wanted.endswith(tail) and len(wanted) >= len(head + tail):
            middle = wanted[len(head) : len(wanted) - len(tail)]
            yield from (target.replace("*", middle) for target in _conditional(value, conditions))


def _conditional(value: object, conditions: Sequence[str]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _conditional(one, conditions)
    elif isinstance(value, dict):
        for key in (*conditions, *(key for key in value if key not in conditions)):
            if key in value:
                yield from _conditional(value[key], conditions)


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
