"""What the worker answers about a place: never a secret, whoever asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linnet_completions.ghost.complete import Ask
from linnet_completions.worker.service import MANY_FILES, Service
from linnet_completions.worker.workshop import Workshop
from linnet_context.text import Document, Position, Splice
from tests.completions.secrets.planting import Maker
from tests.repositories import scratch

SECRET = Maker(11).password()
TEXT = f'password = "{SECRET}"\ntotal = '


def answer(root: str, path: str, ignore: tuple[str, ...] = ()) -> Any:
    """What is answered for the last line of an open document."""
    service = Service(lambda message: None)
    place = {"root": root, "path": path}
    service.handle("folder", {"root": root, "cache": None, "ignore": ignore})
    service.handle("opened", {**place, "language": "python", "version": 1, "text": TEXT})
    asked = {**place, "line": 1, "column": 8, "task": "inline", "budget": 400}
    return service.handle("context", asked)


def test_the_context_is_clean_and_the_masks_fit_the_document(tmp_path: Path) -> None:
    """The context has placeholders; the masks hold the lines of the document as they are."""
    found = answer(str(tmp_path), "a.py")
    assert found.context.prefix.text == 'password = "REDACTED_1"\ntotal = '
    assert found.redacted == {"password": 1}
    assert found.masks == {TEXT.split("\n")[0]: 'password = "REDACTED_1"'}


def test_a_text_outside_of_any_folder_has_masks_alone() -> None:
    """There is nothing to gather from, but its secrets are known."""
    found = answer("", "/elsewhere/a.py")
    assert (found["context"], found["redacted"]) == (None, {})
    assert list(found["masks"]) == [TEXT.split("\n")[0]]


@pytest.mark.parametrize(
    ("inside", "path", "ignore", "reason"),
    [
        (True, ".env", (), "secret file"),
        (True, "a.py", ("a.*",), "ignored"),
        (False, "/elsewhere/.env", (), "secret file"),
    ],
)
def test_a_document_that_may_not_leave_is_refused(
    tmp_path: Path, inside: bool, path: str, ignore: tuple[str, ...], reason: str
) -> None:
    """Neither context nor masks are answered, so that nobody can send it by mistake."""
    assert answer(str(tmp_path) if inside else "", path, ignore) == {"refused": reason}


@pytest.mark.parametrize(("ignore", "shown"), [((), True), (("private.py",), False)])
def test_what_is_typed_in_a_refused_document_is_proposed_nowhere(
    tmp_path: Path, ignore: tuple[str, ...], shown: bool
) -> None:
    """A line just written in one document is proposed in the next, but not one of a document that may not be used."""
    workshop = Workshop(tmp_path, ignore=ignore)
    for path, text in (("private.py", "import registry\n\n"), ("open.py", "import registry\nregistry.at")):
        workshop.opened(Document.of(path, "python", text))
    line = 'registry.attach("cache", timeout=settings.cache_timeout)\n'
    workshop.spliced("private.py", [Splice(1, 2, (line,))], 1)
    found = workshop.complete("open.py", Position(1, len("registry.at")), Ask())
    assert bool(found.items) is shown


def learned(service: Service) -> None:
    """Do all the work there is."""
    while service.busy:
        service.step()


def shown(service: Service, root: str) -> str:
    asked = {"root": root, "path": "main.py", "line": 2, "column": 0, "task": "inline", "budget": 800}
    return str(service.handle("context", asked).context.chunks)


def test_another_branch_is_noticed(tmp_path: Path) -> None:
    """What was checked out behind the editor's back is read as soon as somebody looks, without any message."""
    made = scratch(tmp_path / "root")
    made.commit({"shop.py": "def open_shop_here(folder):\n    return folder\n", "main.py": "import shop\n"})
    made.git("checkout", "-q", "-b", "other")
    made.commit({"shop.py": "def close_shop_there(folder):\n    return folder\n"})
    made.git("checkout", "-q", "main")
    root, told = str(made.root), list[Any]()
    service = Service(told.append)
    service.handle("folder", {"root": root, "cache": None, "ignore": ()})
    text = "import shop\n\n\n"
    service.handle(
        "opened", {"root": root, "path": "main.py", "language": "python", "version": 1, "text": text}
    )
    service.handle("start", {"root": root})
    learned(service)
    service.look()
    assert not service.busy and "open_shop_here" in shown(service, root)
    made.git("checkout", "-q", "other")
    service.look()
    learned(service)
    assert "close_shop_there" in shown(service, root) and "open_shop_here" not in shown(service, root)
    service.look()
    assert not service.busy


def test_many_changed_files_are_read_in_the_background(tmp_path: Path) -> None:
    """A burst of changes does not hold up the next answer; what comes while one reads is read afterwards."""
    root = str(tmp_path)
    service = Service(lambda message: None)
    service.handle("folder", {"root": root, "cache": None, "ignore": ()})
    paths = [f"file_{number}.py" for number in range(MANY_FILES + 1)]
    for path in paths:
        (tmp_path / path).write_text("def made_here(): ...\n")
    service.handle("refresh", {"root": root, "paths": paths})
    assert service.busy
    service.step()
    (tmp_path / "late.py").write_text("def made_late(): ...\n")
    service.handle("start", {"root": root})
    learned(service)
    index = service._workshops[root].index
    assert index is not None and "late.py" in index.files() and set(paths) < set(index.files())


def test_what_an_open_document_imports_is_read_between_two_questions(tmp_path: Path) -> None:
    """The first question starts the reading; the second is answered with the installed signatures."""
    site = tmp_path / ".venv/lib/python3.11/site-packages"
    site.mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").write_text("")
    (site / "net.py").write_text("def fetch(url: str) -> bytes: ...\n")
    service = Service(lambda message: None)
    place = {"root": str(tmp_path), "path": "a.py"}
    service.handle("folder", {"root": str(tmp_path), "cache": None})
    text = "from net import fetch\n\nfound = fetch("
    service.handle("opened", {**place, "language": "python", "version": 1, "text": text})

    def sources() -> list[str]:
        asked = {**place, "line": 2, "column": 14, "task": "inline", "budget": 400}
        return [chunk.source for chunk in service.handle("context", asked).context.chunks]

    assert sources() == [] and service.busy
    while service.busy:
        service.step()
    assert sources() == ["installed"] and not service.busy


@pytest.mark.parametrize("visited", ["one.py", "three.py"])
def test_documents_visited_lately_count_more(tmp_path: Path, visited: str) -> None:
    """Of places that look alike, the one in the document that was opened is shown."""
    text = "def start(shop):\n    total = shop.count_parcels(1)\n    shop.reserve_item(total)\n    shop.close_order()\n"
    workshop = Workshop(tmp_path)
    for path in ("one.py", "two.py", "three.py"):
        (tmp_path / path).write_text(text)
    workshop.opened(Document.of(visited, "python", text))
    asked = Document.of("main.py", "python", "def stop(shop):\n    total = shop.count_parcels(1)\n    ")
    workshop.opened(asked)
    for _ in workshop.work():
        pass
    found = workshop.gather(asked, Position(2, 4), "inline", 400)
    assert found is not None
    shown = [chunk.path for chunk in found.context.chunks if chunk.source == "similar"]
    assert shown[:1] == [visited]
