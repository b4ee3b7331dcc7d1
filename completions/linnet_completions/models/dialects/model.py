"""A model at an endpoint, asked for a stream in the first dialect that the endpoint understands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing

from linnet_completions.models import catalog
from linnet_completions.models.capabilities import Capabilities
from linnet_completions.models.catalog import Profile
from linnet_completions.models.dialects.chat_answer import Surrogates, merged, of_prompt, with_cut
from linnet_completions.models.dialects.dialect import Dialect, address
from linnet_completions.models.dialects.endpoint import Endpoint, checked_host, checked_key, sent_headers
from linnet_completions.models.dialects.known import dialects
from linnet_completions.models.dialects.reading import line_values, values
from linnet_completions.models.http import Answer, Deadlines, Http
from linnet_completions.models.offered import Offered, offered_in
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
    refuses_dialect,
)
from linnet_completions.models.stops import Cutter
from linnet_context.problems import Problem

# Ghost text that takes longer than this is of no use to anybody.
DEADLINES: Mapping[Task, Deadlines] = {
    "inline": Deadlines(connect=3.0, first=10.0, idle=5.0, total=20.0),
    "explain": Deadlines(),
    "edit": Deadlines(),
    "review": Deadlines(),
}
_LARGEST_ERROR = 1 << 16
_LARGEST_LIST, _LIST_SECONDS = 4 << 20, 10.0
# Strict endpoints name one unknown field at a time.
_ATTEMPTS = 8


class RemoteModel:
    """One model at one endpoint; see `protocol.Model`. Raises `Problem` for settings that cannot work.

    `ways` are the dialects to try in order, the last of which takes any call; by default those that the provider and
    the model are known for.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        name: str,
        http: Http,
        capabilities: Capabilities,
        profile: Profile | None = None,
        ways: Sequence[Dialect] = (),
        deadlines: Mapping[Task, Deadlines] = DEADLINES,
    ) -> None:
        self.provider = endpoint.provider
        self.name = name
        self.base_url = endpoint.base_url
        self._host = checked_host(endpoint)
        self._key = checked_key(endpoint)
        self._endpoint = endpoint
        self._http = http
        self._capabilities = capabilities
        self._profile = profile or catalog.profile(endpoint.provider, name)
        self._ways = tuple(ways) or dialects(endpoint.provider, self._profile)
        self._deadlines = deadlines
        for way in self._ways:
            self._headers(way)

    def fills(self, call: Call) -> bool:
        """Whether the call will be put as its `fill`, as far as is known of the endpoint now."""
        return self._way(call, self._capabilities.refused(self.base_url, self.name)).fills

    async def stream(self, call: Call) -> AsyncGenerator[Text | Usage, None]:
        """The answer piece by piece, then the usage if the provider tells it."""
        for _ in range(_ATTEMPTS):
            refused = self._capabilities.refused(self.base_url, self.name)
            way = self._way(call, refused)
            body = way.body(call, self.name, self._profile, refused)
            try:
                async with aclosing(self._attempt(call, way, body)) as events:
                    async for event in events:
                        yield event
                return
            except Problem as problem:
                raise Unreachable(str(problem)) from None
            except _Complained as complained:
                learned = complained.lesson(way, body) - refused
                if not learned:
                    raise complained.error from None
                self._capabilities.learn(self.base_url, self.name, learned)
        raise Refused(400, "", f"{self._host} does not accept the request.")

    async def offered(self) -> tuple[Offered, ...]:
        """The models that the endpoint says it has; none where it does not say. Raises `ModelError`s."""
        url = address(self.base_url, "/models")
        try:
            status, body = await self._http.get(
                url, self._headers(self._ways[-1]), _LARGEST_LIST, _LIST_SECONDS
            )
        except Problem as problem:
            raise Unreachable(str(problem)) from None
        return offered_in(body) if status == 200 else ()

    def _way(self, call: Call, refused: frozenset[str]) -> Dialect:
        usable = (way for way in self._ways if way.serves(call) and dialect_field(way) not in refused)
        return next(usable, self._ways[-1])

    def _headers(self, way: Dialect) -> dict[str, str]:
        key_header = way.key_header or self._endpoint.key_header
        return sent_headers(self._endpoint, self._key, key_header, way.headers)

    async def _attempt(
        self, call: Call, way: Dialect, body: dict[str, object]
    ) -> AsyncGenerator[Text | Usage, None]:
        payload = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        deadlines = self._deadlines[call.task]
        url = way.url(self.base_url)
        async with self._http.post(url, self._headers(way), payload, deadlines) as answer:
            if not 200 <= answer.status < 300:
                complaint = complaint_of(await answer.read(_LARGEST_ERROR))
                raise _Complained(complaint, self._refusal(complaint, answer), answer.status)
            async with aclosing(self._events(answer, call, way)) as events:
                async for event in events:
                    yield event

    async def _events(self, answer: Answer, call: Call, way: Dialect) -> AsyncGenerator[Text | Usage, None]:
        """The events of an answer. Ends quietly when nothing more comes after the model said that it is done."""
        cutter, whole = Cutter(way.stops(call, self._profile)), Surrogates()
        grace = self._deadlines[call.task].after
        usage: Usage | None = None
        finish, known, spoken, told = "", False, False, False
        decoded = line_values(answer, self._host) if way.lines else values(answer, self._host)
        async with aclosing(decoded) as stream:
            while not cutter.stopped:
                try:
                    async with asyncio.timeout(grace if finish else None):
                        value = await anext(stream)
                except (StopAsyncIteration, TimeoutError):
                    break
                except (TimedOut, Unreachable):
                    if not finish:
                        raise
                    break
                complaint = complaint_in(value)
                if complaint is not None:
                    error = self._refusal(complaint, answer)
                    raise _Complained(complaint, error, 0 if spoken else complaint.status or 400)
                piece = way.piece(value)
                known = known or way.knows(value)
                usage, finish = merged(usage, piece.usage), piece.finish or finish
                if not (told or finish) and (early := of_prompt(usage)):
                    told = True
                    yield early
                if text := cutter.feed(whole.feed(piece.text)):
                    spoken = True
                    yield Text(text)
        if not known:
            raise Garbled(f"{self._host} answered with nothing that a model sends.")
        if rest := cutter.feed(whole.finish()) + cutter.finish():
            yield Text(rest)
        if finish == "content_filter":
            raise self._refusal(Complaint(code=finish), answer)
        if (
            cutter.stopped and not finish
        ):  # We hang up: the provider has not said yet how long its answer was.
            usage = of_prompt(usage)
        if last := with_cut(usage, finish):
            yield last
        if not cutter.stopped:
            await answer.drain()

    def _refusal(self, complaint: Complaint, answer: Answer) -> ModelError:
        return refusal(self._host, self.name, self._key, answer.status, answer.headers, complaint)


def dialect_field(way: Dialect) -> str:
    """The name under which an endpoint's refusal of a dialect is remembered."""
    return f"dialect:{way.name}"


class _Complained(Exception):
    """A provider said no; perhaps the request can be put differently. `status` is 0 when text had come before."""

    def __init__(self, complaint: Complaint, error: ModelError, status: int) -> None:
        super().__init__()
        self.complaint = complaint
        self.error = error
        self.status = status

    def lesson(self, way: Dialect, body: Mapping[str, object]) -> frozenset[str]:
        """What to do without from now on; empty where the refusal is final."""
        if way.fills and refuses_dialect(self.status, self.complaint):
            return frozenset({dialect_field(way)})
        if self.status in (400, 422):
            return refused_fields(self.complaint, body)
        return frozenset()
