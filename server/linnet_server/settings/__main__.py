"""`python -m linnet_server.settings --write`: write the files that are made from the declaration, or name stale ones."""

from __future__ import annotations

import sys
from pathlib import Path

from linnet_server.settings.rendering import renderings


def main(arguments: list[str], root: Path) -> int:
    """Write every rendering below the repository's root, or (without `--write`) fail when one is stale."""
    stale = {name: text for name, text in renderings().items() if _text(root / name) != text}
    for name, text in stale.items():
        if "--write" in arguments:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write(f"{'wrote' if '--write' in arguments else 'stale'} {name}\n")
    return 1 if stale and "--write" not in arguments else 0


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[3]))
