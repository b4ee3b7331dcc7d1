"""Places are cut where commits wrote, as the text was before, and ask for names that were there already."""

from __future__ import annotations

from pathlib import Path

from linnet_context import git
from linnet_context.index.index import Index
from linnet_server.bench.holdouts import Workspace, cases_of, commits
from tests.repositories import Scratch, scratch

SHOP = "class Shop:\n    def sell_item(self, item):\n        return item.price\n\n\ndef open_shop(folder):\n    return Shop()\n"
FAR = "\n".join(f"filler_{number} = {number}" for number in range(90)) + "\n"
MAIN = f"from shop import open_shop\n\n{FAR}\n\ndef main():\n    pass\n"
WRITTEN = MAIN.replace("    pass\n", "    shop = open_shop('here')\n    return shop.sell_item(None)\n")


def repository(folder: Path) -> Scratch:
    made = scratch(folder)
    made.commit({"shop.py": SHOP, "main.py": MAIN, "old.py": "x = 1\n", "link.txt": "no source\n"})
    made.commit({"main.py": WRITTEN, "old.py": None, "new.py": "y = 1\n"})
    return made


def test_a_place_is_what_came_before_the_commit(tmp_path: Path) -> None:
    """The text has nothing of what is to come, and the names to come are those that other files define."""
    root = repository(tmp_path / "repository").root
    found = git.open_repository(root)
    ((commit, parent),) = commits(found, 9)
    workspace = Workspace(found, tmp_path / "workspace")
    workspace.folder.mkdir()
    workspace.move(parent)
    index = Index(workspace.folder)
    for _ in index.build():
        pass
    (case,) = cases_of(found, index, commit, parent, ["shop.py"])
    text = case.document.text()
    assert "sell_item" not in text
    assert WRITTEN.startswith(text[: text.index("def main():\n    ")])
    assert case.truth in WRITTEN
    assert set(case.names) <= {"open_shop", "sell_item"} and case.names
    assert case.names.get("sell_item", ("    def sell_item(self, item):",)) == (
        "    def sell_item(self, item):",
    )
    (again,) = cases_of(found, index, commit, parent, ["shop.py"])
    assert (again.position, again.truth, again.names) == (case.position, case.truth, case.names)


def test_a_workspace_moves_between_commits(tmp_path: Path) -> None:
    """Files come and go with the commits; only what an index reads is laid out."""
    root = repository(tmp_path / "repository").root
    found = git.open_repository(root)
    ((commit, parent),) = commits(found, 9)
    workspace = Workspace(found, tmp_path / "workspace")
    workspace.folder.mkdir()

    def there() -> list[str]:
        return sorted(path.name for path in workspace.folder.iterdir())

    workspace.move(parent)
    assert there() == ["main.py", "old.py", "shop.py"]
    workspace.move(commit)
    assert there() == ["main.py", "new.py", "shop.py"]
    assert (workspace.folder / "main.py").read_text() == WRITTEN
    workspace.move(parent)
    assert there() == ["main.py", "old.py", "shop.py"]
