"""The one exception for what a user can mend."""

from __future__ import annotations


class Problem(Exception):
    """Something the user gave us cannot be used.

    `what` says in one sentence what is wrong, `remedy` in one sentence what to do.
    The command line prints both and ends with exit code 2; the editor logs them.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}".strip())
        self.what = what
        self.remedy = remedy
