"""What a model is asked, what it answers, and how it fails: plain values, no transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]
Task = Literal["inline", "explain", "edit", "review"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    `stable` says that the prompt up to its end stays the same over many calls, so that a prompt cache may keep it.
    """

    role: Role
    content: str
    stable: bool = False


@dataclass(frozen=True, slots=True)
class Extra:
    """A piece of another file that belongs to a question."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Fill:
    """The same question as code around a cursor, for models that are made to fill in the middle.

    `path` is that of the file, `prefix` and `suffix` its text around the cursor, as far as it is shown; `stop` ends
    the answer as in `Call`.
    """

    path: str
    prefix: str
    suffix: str
    extras: tuple[Extra, ...] = ()
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One question to a model.

    `max_tokens` limits the answer. The answer ends before the first of the `stop` strings, also where the
    provider does not know them. `cache_key` is an opaque hint that brings similar prompts to the same prompt
    cache; empty means none. `fill` puts the question to models that fill in the middle, `messages` to all others.
    `prediction` is what the answer will mostly repeat, for rewrites; empty means none.
    """

    task: Task
    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float = 0.0
    stop: tuple[str, ...] = ()
    cache_key: str = ""
    fill: Fill | None = None
    prediction: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What the provider says that a call used; None where it does not say.

    `prompt_tokens` includes the `cached_tokens`, which were read from the provider's prompt cache, and the
    `written_tokens`, which were written to it. `cut` is true when the answer ended at `max_tokens`, not by
    itself. `served` is the identity of the model that answered, "" where nobody says. A stream that is closed early brings what was said of its prompt at most.
    """

    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    cost_usd: float | None = None
    cut: bool = False
    written_tokens: int | None = None
    served: str = ""


class Model(Protocol):
    """One model at one provider.

    `stream` is an async generator of `Text` pieces and of at most two `Usage`s: what the provider says of the prompt
    before the answer, where it does, and what holds in the end, which comes last. Closing it with
    `aclose()`, or cancelling the task that reads it, closes the connection's stream upstream at once. It raises
    the `ModelError`s below and nothing else.
    """

    @property
    def provider(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def base_url(self) -> str: ...

    def fills(self, call: Call) -> bool:
        """Whether the call will be put as its `fill` rather than as its messages."""
        ...

    def stream(self, call: Call) -> AsyncIterator[Text | Usage]: ...


# ModelError
#  ├─ Unreachable   no connection, or it broke before the answer was complete
#  ├─ Refused       the provider answered and said no (wrong key, unknown model, bad request, overloaded ...)
#  │   └─ RateLimited
#  ├─ TimedOut      one of the deadlines passed
#  └─ Garbled       what came is not what a model server sends


class ModelError(Exception):
    """A model could not answer. The message is one sentence and never holds source code, prompts or keys."""


Cause = Literal["", "name", "closed", "certificate", "expired", "host name", "no TLS", "proxy"]


class Unreachable(ModelError):
    """The provider cannot be reached, or the connection broke in the middle of the answer.

    `cause` says what is in the way, "" where that is not known.
    """

    def __init__(self, message: str, cause: Cause = "") -> None:
        super().__init__(message)
        self.cause: Cause = cause


class Refused(ModelError):
    """The provider refused the request.

    `status` is the HTTP status, or the one that a refusal inside a stream names (200 where it names none); `code`
    is the provider's own word for it ("" where it has none); `message` is safe to show. `retry_after` is how
    many seconds to wait, None where the provider does not say.
    """

    def __init__(self, status: int, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


class RateLimited(Refused):
    """Too many requests: the same request may succeed later."""

    def __init__(self, retry_after: float | None, code: str = "", message: str = "") -> None:
        super().__init__(429, code, message or "The provider limits the rate of requests.", retry_after)


class TimedOut(ModelError):
    """The provider did not answer in time."""


class Garbled(ModelError):
    """The provider's answer cannot be read."""
