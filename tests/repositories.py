"""Real git repositories made for a test, independent of the machine's own git configuration."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_ENVIRON = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2024-01-02T03:04:05+00:00",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_COMMITTER_DATE": "2024-01-02T03:04:05+00:00",
}


@dataclass(frozen=True)
class Scratch:
    """A repository under construction at `root`."""

    root: Path

    def git(self, *arguments: str) -> str:
        """Run git there; what it prints, without the last line ending."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environ = {**inherited, **_ENVIRON}
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=environ, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, files: dict[str, str | bytes | None]) -> Scratch:
        """Write files by relative path; None deletes."""
        for name, content in files.items():
            path = self.root / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def commit(self, files: dict[str, str | bytes | None] | None = None, message: str = "change") -> str:
        """Write files, commit everything, return the commit's id."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


def scratch(root: Path) -> Scratch:
    """A new repository at `root` with no commit yet."""
    root.mkdir(parents=True, exist_ok=True)
    made = Scratch(root)
    made.git("init", "--quiet", "--initial-branch=main")
    return made
