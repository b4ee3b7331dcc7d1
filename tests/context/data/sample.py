"""A module of samples."""

from __future__ import annotations

import os.path as osp
import sys, json
from dataclasses import dataclass, field
from .shapes import (
    Circle as C,
    Square,
)
from . import tokens
from math import *

LIMIT = 10
name: str = "größe"
type Pair[T] = tuple[T, T]


@dataclass(frozen=True)
class Point(Base, metaclass=abc.Meta):
    """A place.

    In two dimensions.
    """

    x: int = 0
    y: int = field(default=0)
    ORIGIN = None

    @property
    def length(self) -> float:
        return hypot(self.x, self.y)

    @app.route("/x")
    async def fetch(
        self,
        url: Url[Reply],
        *,
        timeout: float | Limit = 3.0,
    ) -> list[Reply]:
        """Fetch it."""
        self.last = url
        self.last = None
        other.attribute = 1
        try:
            reply = await self.client.get(url)
        except (KeyError, errors.Timeout) as problem:
            raise Failed(url) from problem
        return [Reply(reply)]

    class Inner:
        pass


def outer(a, b=LIMIT):
    def inner():
        local = 1
        return local

    return inner


if sys.version_info > (3,):
    FLAG = True
"é𝔸"; späte = lambda: None
def broken(:
