"""Figures of a repository that was learned from are told as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from linnet_context.trained import was_trained_on
from tests.repositories import scratch

KNOWN = ("owner/name",)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://example.org/owner/name.git", True),
        ("git@example.org:Owner/Name", True),
        ("https://example.org/other/name/", False),
    ],
)
def test_a_clone_is_known_by_its_address(tmp_path: Path, address: str, known: bool) -> None:
    """Whatever its folder is called."""
    made = scratch(tmp_path / "name")
    made.git("remote", "add", "origin", address)
    assert was_trained_on(made.root, KNOWN) is known


def test_without_an_address_the_folder_tells(tmp_path: Path) -> None:
    """A copy without a remote may be one as well."""
    assert was_trained_on(scratch(tmp_path / "name").root, KNOWN)
    assert not was_trained_on(scratch(tmp_path / "mine").root, KNOWN)
