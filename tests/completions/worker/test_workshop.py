"""What a folder's answers depend on: its files, its documents and what is not committed, not on what happened before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linnet_completions.engine.thresholds import DEFAULT_CONFIDENCE
from linnet_completions.ghost.complete import Ask
from linnet_completions.worker.workshop import Workshop
from linnet_context.text import Document, Position
from tests.repositories import Scratch, scratch

COMMITTED = "def keep(order):\n    return order\n"
WRITTEN = "def total(order):\n    return compute_total(order, currency, rounding=True)\n"
OPEN = "def other(order):\n    return compute_"


@pytest.fixture
def repository(tmp_path: Path) -> Scratch:
    made = scratch(tmp_path / "repository")
    made.commit({"a.py": COMMITTED, "open.py": "", **{f"f{number}.py": COMMITTED for number in range(5)}})
    return made


def answers(
    root: Path, cache: Path | None = None, other: str | None = None
) -> list[tuple[str, float | None]]:
    """What a newly started worker proposes at the end of an open document, while `other` is a.py's unsaved text."""
    workshop = Workshop(root, cache)
    if other is not None:
        workshop.opened(Document.of("a.py", "python", other))
    workshop.opened(Document.of("open.py", "python", OPEN))
    for _ in workshop.learn():
        pass
    place = Position(1, len("    return compute_"))
    found = workshop.complete("open.py", place, Ask(3, DEFAULT_CONFIDENCE)).items
    return [(item.text, item.confidence) for item in found]


def test_what_is_not_committed_counts_more(repository: Scratch) -> None:
    """After a restart a line that was just written speaks louder than one that was committed."""
    repository.write({"a.py": COMMITTED + WRITTEN})
    written = answers(repository.root)
    unsaved = answers(repository.root, other=COMMITTED + WRITTEN)
    repository.commit()
    committed = answers(repository.root)
    assert written[0][0].startswith("total(order, currency")
    assert written == unsaved != committed


def test_a_second_look_sees_what_was_written_since(repository: Scratch) -> None:
    """When files changed on disk, what is not committed is asked again."""
    workshop = Workshop(repository.root)
    workshop.opened(Document.of("open.py", "python", OPEN))
    for _ in workshop.learn():
        pass
    repository.write({"a.py": COMMITTED + WRITTEN})
    for _ in workshop.learn():
        pass
    place = Position(1, len("    return compute_"))
    found = workshop.complete("open.py", place, Ask(3, DEFAULT_CONFIDENCE)).items
    fresh = answers(repository.root)
    assert [item.text for item in found] == [text for text, _ in fresh]
    # The file was learned by itself, which moves the confidence a little.
    assert found[0].confidence == pytest.approx(fresh[0][1], abs=0.01)


def test_a_restart_changes_nothing(repository: Scratch, tmp_path: Path) -> None:
    """What was read from the cache answers like what was read from the files."""
    repository.write({"a.py": COMMITTED + WRITTEN, "b.py": WRITTEN.replace("currency", "None")})
    first = answers(repository.root, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir())
    assert first == answers(repository.root, tmp_path / "cache") == answers(repository.root)


@pytest.mark.slow
def test_killed_while_it_learns(repository: Scratch, tmp_path: Path) -> None:
    """A worker killed at any moment leaves a cache from which the next one answers as if nothing had happened."""
    repository.commit({f"g{number}.py": (COMMITTED + WRITTEN) * 200 for number in range(30)})
    expected, cache = answers(repository.root), tmp_path / "cache"
    script = (
        "import sys; from pathlib import Path; from linnet_completions.worker.workshop import Workshop\n"
        "for _ in Workshop(Path(sys.argv[1]), Path(sys.argv[2])).learn(): print(flush=True)"
    )
    for steps in (1, 5, 20, 60, 10_000):
        command = [sys.executable, "-c", script, str(repository.root), str(cache)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(steps):
                if not child.stdout.readline():
                    break
            child.kill()
        assert answers(repository.root, cache) == expected


def test_a_rest_changes_nothing(repository: Scratch, tmp_path: Path) -> None:
    """A folder that has let go of its memory answers as before, whether it was asked before or not."""
    repository.write({"a.py": COMMITTED + WRITTEN})
    workshop = Workshop(repository.root, tmp_path / "cache")
    document = Document.of("open.py", "python", OPEN)
    workshop.rest()
    workshop.opened(document)
    for _ in workshop.work():
        pass
    place = Position(1, len("    return compute_"))
    before = workshop.gather(document, place, "inline", 500)
    drafts = workshop.complete("open.py", place, Ask(3, DEFAULT_CONFIDENCE)).items
    workshop.rest()
    assert before is not None and before == workshop.gather(document, place, "inline", 500)
    assert drafts == workshop.complete("open.py", place, Ask(3, DEFAULT_CONFIDENCE)).items
