"""Reading what providers say when they say no."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet_completions.models.protocol import RateLimited, Refused
from linnet_completions.models.refusals import (
    Complaint,
    complaint_in,
    complaint_of,
    refusal,
    refused_fields,
    retry_after,
)

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "code", "param", "status"),
    [
        (b'{"error":{"message":"m","type":"t","param":"stop","code":"c"}}', "c", "stop", None),
        (
            b'{"error":{"message":"m","type":"server_error","param":null,"code":null}}',
            "server_error",
            "",
            None,
        ),
        (b'{"error":{"code":400,"message":"m","metadata":{}}}', "", "", 400),
        (
            b'{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}',
            "RESOURCE_EXHAUSTED",
            "",
            429,
        ),
        (b'{"error":{"code":"429","type":"throttling_error"}}', "throttling_error", "", 429),
        (b'[{"error":{"code":503,"message":"m"}}]', "", "", 503),
        (b'{"error":"model not found"}', "", "", None),
        (b'{"object":"error","message":"m","type":"BadRequestError","code":400}', "BadRequestError", "", 400),
        (b'{"type":"error","error":{"type":"overloaded_error","message":"m"}}', "overloaded_error", "", None),
        (b'{"detail":[{"loc":["body","stop",0],"msg":"m"}]}', "", "stop.0", None),
        (b'{"detail":"Unauthorized"}', "", "", None),
        (b"<html>", "", "", None),
        (b"", "", "", None),
        (b'{"error":{"code":{},"type":7,"param":[]}}', "", "", None),
        (b'{"detail":[7]}', "", "", None),
    ],
)
def test_every_shape_is_read(body: bytes, code: str, param: str, status: int | None) -> None:
    """Code, field and status are found in each of the shapes that providers use."""
    complaint = complaint_of(body)
    assert (complaint.code, complaint.param, complaint.status) == (code, param, status)


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        None,
        7,
        {"choices": []},
        {"error": None},
        {"error": {}},
        {"error": ""},
        {"choices": [], "detail": 1},
    ],
)
def test_what_is_no_complaint_is_none(value: object) -> None:
    """Chunks with an empty `error` are chunks."""
    assert complaint_in(value) is None


SENT = {
    "model": "m",
    "max_tokens": 8,
    "stop": ["a", "b"],
    "temperature": 0.0,
    "reasoning_effort": "none",
    "stream": True,
}


@pytest.mark.parametrize(
    ("complaint", "fields"),
    [
        (Complaint(param="temperature"), {"temperature"}),
        (Complaint(param="stop.0"), {"stop"}),
        (Complaint(param="top_p", text="top_p is not supported"), set[str]()),
        (Complaint(param="stream_options.include_obfuscation"), {"stream_options.include_obfuscation"}),
        (Complaint(text="Too many stop sequences: at most 1", param="stop"), {"stop:1"}),
        (
            Complaint(
                text="'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
            ),
            {"max_tokens"},
        ),
        (Complaint(text="max_tokens is too large: 8", param="max_tokens"), set[str]()),
        (
            Complaint(text="'reasoning_effort' does not support 'none'", param="reasoning_effort"),
            {"reasoning_effort:none"},
        ),
        (
            Complaint(code="unsupported_parameter", text="none", param="reasoning_effort"),
            {"reasoning_effort"},
        ),
        (Complaint(text="the model does not support thinking"), {"reasoning_effort"}),
        (Complaint(text="we stop here"), set[str]()),
        (Complaint(text="unknown nonstop streaming"), set[str]()),
        (Complaint(), set[str]()),
    ],
)
def test_the_blamed_field_is_found(complaint: Complaint, fields: set[str]) -> None:
    """By `param` where there is one, else in the text; only what was sent can be to blame."""
    assert refused_fields(complaint, SENT) == fields


def test_a_single_stop_string_too_many_means_none() -> None:
    """An endpoint that finds even one too many takes none."""
    assert refused_fields(Complaint(text="maximum is 0", param="stop"), {"stop": ["a"]}) == {"stop"}


@pytest.mark.parametrize(
    ("status", "complaint", "message"),
    [
        (401, Complaint("invalid_api_key"), "h refuses the key (invalid_api_key)."),
        (
            404,
            Complaint("model_not_found"),
            "h does not know the model gpt-4.1-mini; gpt-6-luna is its successor.",
        ),
        (400, Complaint("context_length_exceeded"), "The prompt is too long for gpt-4.1-mini."),
        (529, Complaint("overloaded_error"), "h is overloaded or broken (status 529) (overloaded_error)."),
        (418, Complaint(), "h failed."),
        (200, Complaint(status=502), "h is overloaded or broken (status 502)."),
        (429, Complaint("insufficient_quota"), "There is no credit left at h (insufficient_quota)."),
    ],
)
def test_a_refusal_is_one_sentence(status: int, complaint: Complaint, message: str) -> None:
    """What is wrong, in our own words, with the provider's code."""
    error = refusal("h", "gpt-4.1-mini", "sk-1", status, {}, complaint)
    assert isinstance(error, Refused) and not isinstance(error, RateLimited)
    assert error.message == str(error) == message


@pytest.mark.parametrize(
    "code", ["sk-secret", "secret", "id-8472", "def f():\n    return 1", "x" * 49, "ключ"]
)
def test_a_code_that_may_be_a_secret_is_not_shown(code: str) -> None:
    """Only words are: no part of the key, nothing with digits, nothing long."""
    error = refusal("h", "m", "sk-secret", 400, {}, Complaint(code))
    assert isinstance(error, Refused)
    assert error.code == "" and code not in str(error)


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({}, "", None),
        ({"retry-after": "7"}, "", 7.0),
        ({"retry-after": "0.5"}, "", 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, "", 0.0),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30"}, "", 30.0),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "-1"}, "", None),
        ({"retry-after": "9" * 40}, "", None),
        ({}, "Please try again in 5.289s.", 5.289),
        ({}, "try again in 120ms", 0.12),
        ({}, '{"retryDelay": "33s"}', 33.0),
    ],
)
def test_when_to_come_back_is_read(headers: dict[str, str], text: str, seconds: float | None) -> None:
    """From milliseconds, seconds, a date, or failing these from the text."""
    assert retry_after(headers, text, NOW) == (seconds if seconds is None else pytest.approx(seconds))


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_body_breaks_it(body: bytes) -> None:
    """Whatever a server says with an error, it becomes an error of ours."""
    complaint = complaint_of(body)
    refused_fields(complaint, SENT)
    assert str(refusal("h", "m", "k", 400, {"retry-after": body.decode("latin-1")}, complaint))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "code", "type", "param", "message", "detail", "loc", "object"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_json_breaks_it(value: object) -> None:
    """Whatever the types, it is a complaint or none."""
    complaint = complaint_in(value)
    if complaint is not None:
        refused_fields(complaint, SENT)
        assert str(refusal("h", "m", "k", 400, {}, complaint))
