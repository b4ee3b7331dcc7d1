"""No name that is known not to exist: an inserted text is cut before the first one, and the reason is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from linnet_context.claims import Claim, Claims


class Parameters(Protocol):
    """What a function takes."""

    @property
    def positional(self) -> int: ...

    @property
    def keywords(self) -> frozenset[str]: ...


class Known(Protocol):
    """What exists. True, False for what surely does not, None where nobody can know."""

    def name(self, name: str, *, called: bool) -> bool | None: ...

    def attribute(self, owner: str, name: str) -> bool | None: ...

    def importable(self, module: str, name: str) -> bool | None: ...

    def parameters(self, owner: str) -> Parameters | None: ...


@dataclass(frozen=True, slots=True)
class Ungrounded:
    """Where a text (code points) says what is not so, and what."""

    start: int
    reason: str


def ungrounded(claims: Claims, known: Known) -> Ungrounded | None:
    """The first claim that is known to be wrong; None if all of them may be right."""
    for claim in claims.claims:
        reason = _CHECKS[claim.kind](claim, claims, known)
        if reason:
            return Ungrounded(claim.start, reason)
    return None


def _name(claim: Claim, claims: Claims, known: Known) -> str:
    if claim.name in claims.bound or known.name(claim.name, called=claim.called) is not False:
        return ""
    return "a name that exists nowhere"


def _attribute(claim: Claim, claims: Claims, known: Known) -> str:
    if claim.owner in claims.bound or known.attribute(claim.owner, claim.name) is not False:
        return ""
    return "an attribute that its object does not have"


def _import(claim: Claim, claims: Claims, known: Known) -> str:
    return (
        "" if known.importable(claim.owner, claim.name) is not False else "an import of what does not exist"
    )


def _keyword(claim: Claim, claims: Claims, known: Known) -> str:
    takes = None if claim.owner in claims.bound else known.parameters(claim.owner)
    return (
        "" if takes is None or claim.name in takes.keywords else "a keyword that the function does not take"
    )


def _arity(claim: Claim, claims: Claims, known: Known) -> str:
    takes = None if claim.owner in claims.bound else known.parameters(claim.owner)
    return (
        "" if takes is None or claim.count <= takes.positional else "more arguments than the function takes"
    )


_CHECKS: dict[str, Callable[[Claim, Claims, Known], str]] = {
    "name": _name,
    "attribute": _attribute,
    "import": _import,
    "keyword": _keyword,
    "arity": _arity,
}
