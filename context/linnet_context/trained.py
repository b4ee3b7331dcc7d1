"""The repositories that the shipped models of names were fitted on: what is measured there says little about others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from . import git

REPOSITORIES = (
    "pallets/click",
    "spf13/cobra",
    "hynek/structlog",
    "honojs/hono",
    "pallets/werkzeug",
    "prometheus/client_golang",
    "pallets/jinja",
    "encode/uvicorn",
    "tornadoweb/tornado",
    "vuejs/core",
    "go-chi/chi",
    "python-attrs/attrs",
    "fastapi/typer",
    "Textualize/rich",
    "reviewdog/reviewdog",
    "python-poetry/poetry",
    "TanStack/query",
    "psf/black",
    "aio-libs/aiohttp",
    "vitejs/vite",
    "openlawlibrary/pygls",
    "kubernetes-sigs/kustomize",
    "microsoft/vscode-languageserver-node",
    "swyddfa/esbonio",
    "simonw/llm",
    "ollama/ollama",
)


def was_trained_on(root: Path, repositories: Iterable[str] = REPOSITORIES) -> bool:
    """Whether a workspace seems to be one of them, by the addresses it was cloned from, or else by its name."""
    found = git.repository(root)
    addresses = git.remote_addresses(found) if found is not None else ()
    names = {_name(address) for address in addresses}
    known = {one.lower() for one in repositories}
    folders = {root.resolve().name.lower()} if not names else set[str]()
    return bool(names & known or folders & {one.partition("/")[2] for one in known})


def _name(address: str) -> str:
    """``https://example.org/owner/name.git`` or ``git@example.org:owner/name`` -> ``owner/name``."""
    parts = address.rstrip("/").removesuffix(".git").replace(":", "/").split("/")
    return "/".join(parts[-2:]).lower()
