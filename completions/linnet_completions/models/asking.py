"""Asks a model, or gives the answer that it gave before."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from inspect import isawaitable
from typing import Protocol

from linnet_completions.cache.keys import exact_key
from linnet_completions.models.protocol import Call, Text, Usage

# A call to the model that serves a task, through the gate that everything leaves by. Raises `ModelError`s.
Asking = Callable[[Call], AsyncIterator[Text | Usage]]


class Answers(Protocol):
    """Answers that are kept, by exact key. What `set` returns is awaited if it can be."""

    async def get(self, key: str) -> str | None: ...

    def set(self, key: str, value: str) -> object: ...


class Route(Protocol):
    """The way to a model: `label` names it for people, `identity` is base URL, model and dialect for the cache."""

    @property
    def asking(self) -> Asking: ...

    @property
    def answers(self) -> Answers: ...

    @property
    def identity(self) -> str: ...

    @property
    def label(self) -> str: ...


async def answered(
    call: Call,
    version: int,
    asking: Asking,
    answers: Answers,
    identity: str,
    useful: Callable[[str], bool] = lambda text: bool(text.strip()),
) -> AsyncGenerator[Text | Usage]:
    """The answer to a call: from `answers` without a request, or streamed and then kept.

    `version` is that of the prompt, `identity` names base URL, model and dialect. Kept is what came to its end and is
    `useful`; never a stream that broke or that its reader closed. An answer from `answers` has a `Usage` only if it
    was cut at its greatest length. Closing this generator closes the stream upstream.
    """
    key = key_of(call, version, identity)
    known = _read(await answers.get(key))
    if known is not None:
        text, cut = known
        yield Text(text)
        if cut:
            yield Usage(cut=True)
        return
    pieces: list[str] = []
    cut = False
    stream = asking(call)
    try:
        async for each in stream:
            if isinstance(each, Text):
                pieces.append(each.text)
            else:
                cut, identity = each.cut, each.served or identity
            yield each
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
    text = "".join(pieces)
    if useful(text):
        # An answer belongs to the model that gave it.
        key = key_of(call, version, identity)
        kept = answers.set(key, json.dumps({"text": text, "cut": cut}))
        if isawaitable(kept):
            await kept


def key_of(call: Call, version: int, identity: str) -> str:
    """The same for calls that must have the same answer; tells nothing of what is in them."""
    parameters = {
        "task": call.task,
        "max_tokens": call.max_tokens,
        "temperature": call.temperature,
        "stop": list(call.stop),
    }
    prompt: list[tuple[str, str]] = [(message.role, message.content) for message in call.messages]
    if call.fill is not None:
        fill = call.fill
        prompt += [("prefix", fill.prefix), ("suffix", fill.suffix), ("path", fill.path)]
        prompt += [(f"file {extra.path}", extra.text) for extra in fill.extras]
    if call.prediction:
        prompt.append(("prediction", call.prediction))
    return exact_key(identity, "", "", parameters, version, prompt)


def _read(value: str | None) -> tuple[str, bool] | None:
    """A kept answer and whether it was cut; None for what nobody of ours has written."""
    if value is None:
        return None
    try:
        found = json.loads(value)
    except ValueError:
        return None
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return None
    return found["text"], found.get("cut") is True
