"""What endpoints say of their models, and what a user can do about one that does not answer."""

from __future__ import annotations

from datetime import date

import pytest

from linnet_completions.models.offered import Offered, nearest, offered_in, same
from linnet_completions.models.outbound import NotChosen, Offline, OverBudget
from linnet_completions.models.protocol import (
    Garbled,
    ModelError,
    RateLimited,
    Refused,
    TimedOut,
    Unreachable,
)
from linnet_completions.models.remedies import remedy

DAY = date(2027, 1, 14)


@pytest.mark.parametrize(
    ("body", "offered"),
    [
        (b'{"data": [{"id": "a", "shutdown_date": "2027-01-14"}]}', (Offered("a", DAY),)),
        (b'{"data": [{"id": "a", "shutdown_date": 1799884800}]}', (Offered("a", DAY),)),
        (b'{"data": [{"id": "a", "shutdown_date": "soon"}, {"id": 7}, 3]}', (Offered("a"),)),
        (b'{"models": [{"name": "models/gemini", "model": "x"}]}', (Offered("gemini"),)),
        (b'[{"id": "a"}]', (Offered("a"),)),
        (b'{"data": null}', ()),
        (b"<html>", ()),
        (b"[" * 100_000, ()),
    ],
)
def test_a_list_of_models_is_read_however_it_is_written(body: bytes, offered: tuple[Offered, ...]) -> None:
    """Names and last days; what cannot be read is no list."""
    assert offered_in(body) == offered


def test_a_model_is_found_under_its_other_names() -> None:
    """With a maker's prefix, or a date; a mistyped name has neighbours."""
    there = (Offered("openai/gpt-4.1-mini"), Offered("llama3.1"))
    assert same(there, "gpt-4.1-mini-2025-04-14") == there[0]
    assert same(there, "gpt-5") is None
    assert nearest(there, "lama3.1") == ("llama3.1",)


ERRORS: tuple[ModelError, ...] = (
    Offline("x"),
    NotChosen("x"),
    OverBudget("x"),
    Garbled("x"),
    TimedOut("x"),
    RateLimited(1.0),
    *(
        Unreachable("x", cause)
        for cause in ("", "name", "closed", "certificate", "expired", "host name", "no TLS", "proxy")
    ),
    *(Refused(status, "", "x") for status in (400, 401, 402, 403, 404, 413, 418, 500, 529)),
    *(
        Refused(400, code, "x")
        for code in ("context_length_exceeded", "model_not_found", "insufficient_quota", "redirect")
    ),
)


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_every_failure_has_a_remedy(error: ModelError) -> None:
    """One sentence, with the provider's name where that matters."""
    found = remedy(error, "mistral", "MISTRAL_API_KEY")
    assert found.endswith(".") and "{" not in found
    if isinstance(error, Refused) and error.status == 401:
        assert "linnet auth set mistral" in found and "MISTRAL_API_KEY" in found
