"""The forms in which the result of a review is written: for people, for programs, for the services that show it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from linnet_completions.review.review import Report

# Each form by the module that writes it: a review loads the one that it needs.
_MODULES = {
    "text": "text",
    "concise": "text",
    "json": "data",
    "jsonl": "data",
    "sarif": "sarif",
    "rdjson": "rdjson",
    "github": "services",
    "gitlab": "services",
    "markdown": "markdown",
    "junit": "junit",
}
FORMS = tuple(_MODULES)
# What people read is cut to the gravest findings; what programs read is whole.
FOR_PEOPLE = frozenset({"text", "markdown"})


def write(form: str, report: Report, most: int = 0) -> str:
    """The whole text of a report in one of `FORMS`. `most` findings are shown to people, 0 for all."""
    module = import_module(f"{__name__}.{_MODULES[form]}")
    if form in FOR_PEOPLE:
        return cast("Callable[[Report, int], str]", getattr(module, form))(report, most)
    return cast("Callable[[Report], str]", getattr(module, form))(report)
