"""Asks the models that were chosen a question of a few tokens, to tell what is wrong with the way to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from linnet_completions.models import catalog
from linnet_completions.models.keys import Key, NoKey, key_for
from linnet_completions.models.offered import Offered, nearest, same
from linnet_completions.models.protocol import Call, Fill, Message, ModelError, Refused
from linnet_completions.models.remedies import remedy
from linnet_server.gate import Gate
from linnet_server.keychain import system_keychain
from linnet_server.listing import Listed, listed
from linnet_server.outgoing import own

if TYPE_CHECKING:
    from linnet_server.settings import Settings

# Short, and no code of anybody's.
QUESTION = Call(
    "inline",
    (Message("system", "Reply with one word."), Message("user", "Say ok.")),
    max_tokens=16,
    fill=Fill("one.py", "def one():\n    return ", "\n"),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One model: whether it answered, in how many seconds, or why not and what to do. `warning` is "" for none."""

    listed: Listed
    key: Key | NoKey
    seconds: float | None
    error: ModelError | None = None
    fix: str = ""
    warning: str = ""


async def probes(settings: Settings, mine: Settings, environ: Mapping[str, str]) -> list[Probe]:
    """Every model of every task, asked at the same time. Raises Problem for a provider without an address."""
    gate = Gate(lambda: settings, mine, environ, note=lambda text: None, failed=lambda text: None)
    try:
        chosen = listed(settings, gate.capabilities, date.today())
        asked = await asyncio.gather(*(_probe(gate, each, settings, mine, environ) for each in chosen))
        return list(asked)
    finally:
        await gate.aclose()


async def _probe(
    gate: Gate, each: Listed, settings: Settings, mine: Settings, environ: Mapping[str, str]
) -> Probe:
    target = each.target
    key = key_for(
        target.provider,
        target.base_url,
        chosen=settings.provider,
        own=own(mine),
        environ=environ,
        keyring=system_keychain().get,
    )
    started = time.monotonic()
    error: ModelError | None = None
    try:
        await gate.ask(target, QUESTION)
    except ModelError as failure:
        error = failure
    seconds = time.monotonic() - started
    offered = await gate.offered(target) if error is None or _is_unknown(error) else ()
    there = same(offered, target.model)
    warning = catalog.warning(target.provider, target.model, date.today(), there.last_day if there else None)
    again = listed(settings, gate.capabilities, date.today())
    now = next((one for one in again if one.target == target), each)
    if error is None:
        return Probe(now, key, seconds, warning=each.target.message or warning)
    fix = key.reason if isinstance(key, NoKey) and _wants_key(error) else _fix(error, target.provider, mine)
    return Probe(now, key, None, error, fix + _meant(offered, target.model, error))


def _fix(error: ModelError, provider: str, mine: Settings) -> str:
    known = own(mine).endpoints.get(provider)
    return remedy(error, provider, known.key_variable if known else "")


def _wants_key(error: ModelError) -> bool:
    return isinstance(error, Refused) and error.status in (401, 403)


def _is_unknown(error: ModelError) -> bool:
    return isinstance(error, Refused) and (error.status == 404 or error.code == "model_not_found")


def _meant(offered: tuple[Offered, ...], model: str, error: ModelError) -> str:
    """Names that the endpoint has instead of the one that it does not know."""
    if not _is_unknown(error) or not offered or same(offered, model):
        return ""
    names = nearest(offered, model) or tuple(each.name for each in offered[:3])
    return f" The endpoint has {', '.join(names)}."
