"""A model behind an OpenAI-compatible chat endpoint, asked for a stream."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from linnet_completions.models import catalog, sse
from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.catalog import Profile
from linnet_completions.models.dialects.chat_answer import Surrogates, is_chunk, piece_of, with_cut
from linnet_completions.models.dialects.chat_request import chat_body, chat_url
from linnet_completions.models.http import Answer, Deadlines, Http
from linnet_completions.models.protocol import (
    Call,
    Garbled,
    ModelError,
    Refused,
    Task,
    Text,
    TimedOut,
    Unreachable,
    Usage,
)
from linnet_completions.models.refusals import (
    Complaint,
    complaint_in,
    complaint_of,
    refusal,
    refused_fields,
)
from linnet_completions.models.stops import Cutter
from linnet_context.problems import Problem

# Ghost text that takes longer than this is of no use to anybody.
DEADLINES: Mapping[Task, Deadlines] = {
    "inline": Deadlines(connect=3.0, first=10.0, idle=5.0, total=20.0),
    "explain": Deadlines(),
    "review": Deadlines(),
}
_LARGEST_ERROR = 1 << 16
# Strict endpoints name one unknown field at a time.
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a provider is and how it lets us in. The key and the headers are never shown."""

    provider: str
    base_url: str
    key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


class ChatModel:
    """One model at one endpoint; see `protocol.Model`. Raises `Problem` for settings that cannot work."""

    def __init__(
        self,
        endpoint: Endpoint,
        name: str,
        http: Http,
        capabilities: Capabilities,
        profile: Profile | None = None,
        deadlines: Mapping[Task, Deadlines] = DEADLINES,
    ) -> None:
        self.provider = endpoint.provider
        self.name = name
        self.base_url = endpoint.base_url
        self._host = _checked_host(endpoint)
        self._url = chat_url(endpoint.base_url)
        self._key = _checked_key(endpoint)
        self._headers = _headers(endpoint, self._key)
        self._http = http
        self._capabilities = capabilities
        self._profile = profile or catalog.profile(endpoint.provider, name)
        self._deadlines = deadlines

    async def stream(self, call: Call) -> AsyncGenerator[Text | Usage, None]:
        """The answer piece by piece, then the usage if the provider tells it."""
        for _ in range(_ATTEMPTS):
            refused = self._capabilities.refused(self.base_url, self.name)
            body = chat_body(call, self.name, self._profile, refused)
            try:
                async with aclosing(self._attempt(call, body)) as events:
                    async for event in events:
                        yield event
                return
            except Problem as problem:
                raise Unreachable(str(problem)) from None
            except _Complained as complained:
                learned = refused_fields(complained.complaint, body) - refused
                if not complained.may_learn or not learned:
                    raise complained.error from None
                self._capabilities.learn(self.base_url, self.name, learned)
        raise Refused(400, "", f"{self._host} does not accept the request.")

    async def _attempt(self, call: Call, body: dict[str, object]) -> AsyncGenerator[Text | Usage, None]:
        payload = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        deadlines = self._deadlines[call.task]
        async with self._http.post(self._url, self._headers, payload, deadlines) as answer:
            if not 200 <= answer.status < 300:
                complaint = complaint_of(await answer.read(_LARGEST_ERROR))
                raise self._complained(complaint, answer, answer.status in (400, 422))
            async with aclosing(self._events(answer, call)) as events:
                async for event in events:
                    yield event

    async def _events(self, answer: Answer, call: Call) -> AsyncGenerator[Text | Usage, None]:
        """The events of an answer. Ends quietly when nothing more comes after the model said that it is done."""
        cutter, whole = Cutter(call.stop), Surrogates()
        grace = self._deadlines[call.task].after
        usage: Usage | None = None
        finish, known, spoken = "", False, False
        async with aclosing(_values(answer, self._host)) as values:
            while not cutter.stopped:
                try:
                    async with asyncio.timeout(grace if finish else None):
                        value = await anext(values)
                except (StopAsyncIteration, TimeoutError):
                    break
                except (TimedOut, Unreachable):
                    if not finish:
                        raise
                    break
                complaint = complaint_in(value)
                if complaint is not None:
                    raise self._complained(
                        complaint, answer, not spoken and complaint.status in (400, 422, None)
                    )
                piece = piece_of(value)
                known = known or is_chunk(value)
                usage, finish = piece.usage or usage, piece.finish or finish
                if text := cutter.feed(whole.feed(piece.text)):
                    spoken = True
                    yield Text(text)
        if not known:
            raise Garbled(f"{self._host} answered with nothing that a model sends.")
        if rest := cutter.feed(whole.finish()) + cutter.finish():
            yield Text(rest)
        if finish == "content_filter":
            raise self._refusal(Complaint(code=finish), answer)
        if last := with_cut(usage, finish):
            yield last
        if not cutter.stopped:
            await answer.drain()

    def _complained(self, complaint: Complaint, answer: Answer, may_learn: bool) -> _Complained:
        return _Complained(complaint, self._refusal(complaint, answer), may_learn)

    def _refusal(self, complaint: Complaint, answer: Answer) -> ModelError:
        return refusal(self._host, self.name, self._key, answer.status, answer.headers, complaint)


class _Complained(Exception):
    """A provider said no; perhaps the request can be put differently."""

    def __init__(self, complaint: Complaint, error: ModelError, may_learn: bool) -> None:
        super().__init__()
        self.complaint = complaint
        self.error = error
        self.may_learn = may_learn


async def _values(answer: Answer, host: str) -> AsyncGenerator[object, None]:
    """The decoded chunks of a stream, or the one value of an answer that is no stream.

    What it is shows in its first character; the content type of many servers is wrong.
    """
    splitter = sse.Splitter()
    head, sniffed = b"", False
    async for piece in answer.pieces:
        if not sniffed:
            head = (head + piece).lstrip(b"\xef\xbb\xbf \t\r\n")
            if not head:
                continue
            sniffed, piece = True, head
            if head[:1] in b"{[":
                yield await _whole(answer, head, host)
                return
            if head[:1] == b"<":
                raise Garbled(f"{host} answered with a web page; `base_url` is not right.")
        for event in _split(splitter, piece, host):
            if event.data.strip() == "[DONE]":
                return
            yield _decoded(event, host)
    for event in splitter.finish():
        if event.data.strip() == "[DONE]":
            return
        try:
            value = _decoded(event, host)
        except Garbled:
            raise Unreachable(f"{host} broke off in the middle of its answer.") from None
        yield value


async def _whole(answer: Answer, head: bytes, host: str) -> object:
    body = bytearray(head)
    async for piece in answer.pieces:
        body += piece
    return _decoded(sse.Event("message", body.decode("utf-8", "replace")), host)


def _split(splitter: sse.Splitter, piece: bytes, host: str) -> list[sse.Event]:
    try:
        return list(splitter.feed(piece))
    except sse.TooLong:
        raise Garbled(f"{host} sent more than a model sends.") from None


def _decoded(event: sse.Event, host: str) -> object:
    """The JSON of an event; an event called "error" is a complaint whatever it holds."""
    try:
        value: object = json.loads(event.data)
    except (ValueError, RecursionError):
        if event.name != "error":
            raise Garbled(f"{host} sent what cannot be read.") from None
        value = event.data
    if event.name == "error" and complaint_in(value) is None:
        return {"error": value if isinstance(value, dict) else {"message": event.data}}
    return value


def _checked_host(endpoint: Endpoint) -> str:
    try:
        parts = urlsplit(endpoint.base_url.strip())
        scheme, host, _ = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host = "", None
    if not host or scheme not in ("http", "https"):
        what = f"The base URL of {endpoint.provider} is not an address."
        raise Problem(what, "Set `base_url` to something like https://HOST/v1.")
    return host


def _headers(endpoint: Endpoint, key: str) -> dict[str, str]:
    headers = {"accept": "text/event-stream", "content-type": "application/json"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    for name, value in endpoint.headers.items():
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name) or not value.isascii() or not value.isprintable():
            what = f"A header for {endpoint.provider} cannot be sent."
            raise Problem(what, "Names are letters, digits, - and _; values are plain ASCII.")
        headers[name.lower()] = value
    return headers


def _checked_key(endpoint: Endpoint) -> str:
    key = endpoint.key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        what = f"The key of {endpoint.provider} holds characters that no key has."
        raise Problem(what, "Copy it again from the provider's page.")
    return key
