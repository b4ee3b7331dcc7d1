"""Reads the many shapes in which providers say no."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from linnet_completions.models.catalog import successor
from linnet_completions.models.protocol import ModelError, RateLimited, Refused

_SENTENCES = {
    400: "{host} does not accept the request",
    401: "{host} refuses the key",
    402: "There is no credit left at {host}",
    403: "{host} refuses access with this key",
    404: "{host} does not know the model {model}, or `base_url` is not right",
    408: "{host} took too long",
    413: "The prompt is too long for {host}",
    422: "{host} does not accept the request",
    504: "{host} took too long",
}
_CODES = {
    "context_length_exceeded": "The prompt is too long for {model}",
    "model_not_found": "{host} does not know the model {model}",
    "content_filter": "{host} withheld the answer",
}
OUT_OF_MONEY = frozenset({"insufficient_quota", "credit_balance_exhausted", "enforced_spend_limit_reached"})
_RATE = {"rate_limit_exceeded", "rate_limit_error", "throttling_error", "resource_exhausted", "slow_down"}
# Words of a provider's own that are safe to show: no digits in a row, so no key and no identifier.
_SAFE_CODE = re.compile(r"[A-Za-z][A-Za-z_.-]{0,47}")
_UNSUPPORTED = re.compile(
    r"unsupport|not support|n't support|unknown|deprecated|unrecogni|unexpected|not permitted|not allowed|extra|instead",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"at most|maximum|up to|more than|too many|too long|length", re.IGNORECASE)
_LATER = re.compile(r'(?:try again in|retryDelay"?\s*:\s*"?)\s*(\d+(?:\.\d+)?)\s*(ms|s)', re.IGNORECASE)
# What a request may do without. The length of the answer can only change its name.
_OPTIONAL = (
    "stream_options",
    "reasoning_effort",
    "reasoning_format",
    "reasoning",
    "thinking",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_breakpoint",
    "cache_control",
    "cache_prompt",
    "prediction",
    "temperature",
    "stop_sequences",
    "stop",
    "stream",
)
# These stand inside of the messages, where a complaint may speak of them.
_INSIDE = ("prompt_cache_breakpoint", "cache_control")
_FILLING = re.compile(r"suffix|insert|infill|fill.in|\bfim\b|input_(prefix|extra)", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"model\b.*(not found|does not exist|unknown|not available)|no such model", re.IGNORECASE
)
_LENGTHS = ("max_completion_tokens", "max_tokens")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error says. Only `code` may be shown: the text can repeat the prompt or the key.

    `status` is the one that the error itself names, None where it names none; `param` the field that it blames.
    """

    code: str = ""
    param: str = ""
    text: str = ""
    status: int | None = None


def complaint_of(body: bytes) -> Complaint:
    """What the body of an HTTP error says, be it JSON or not."""
    text = body.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Complaint(text=text)
    return complaint_in(value) or Complaint(text=text)


def complaint_in(value: object) -> Complaint | None:
    """The complaint in a decoded answer or chunk; None where there is none."""
    if isinstance(value, list) and value:
        return complaint_in(value[0])
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if isinstance(error, str) and error:
        return Complaint(text=error)
    if isinstance(error, dict) and error:
        return _complaint(error)
    if value.get("object") == "error" or value.get("type") == "error":
        return _complaint(value)
    if "detail" in value and "choices" not in value:
        return _detail(value["detail"])
    return None


def _complaint(error: Mapping[str, object]) -> Complaint:
    code, kind = error.get("code"), error.get("type") or error.get("status")
    number = int(code) if isinstance(code, (int, str)) and re.fullmatch(r"[1-5]\d\d", str(code)) else None
    word = kind if number is not None or not isinstance(code, str) or not code else code
    param = error.get("param")
    details = error.get("details")
    if isinstance(details, dict) and isinstance(details.get("error_code"), str):
        word = details["error_code"]
    return Complaint(
        code=word if isinstance(word, str) else "",
        param=param if isinstance(param, str) else "",
        text=json.dumps(error, ensure_ascii=False),
        status=number,
    )


def _detail(detail: object) -> Complaint:
    """FastAPI's shape: a text, or a list of what is wrong where."""
    first = detail[0] if isinstance(detail, list) and detail else None
    place = first.get("loc") if isinstance(first, dict) else None
    steps = [str(step) for step in place if step != "body"] if isinstance(place, list) else []
    return Complaint(param=".".join(steps), text=json.dumps(detail, ensure_ascii=False))


def refused_fields(complaint: Complaint, sent: Mapping[str, object]) -> frozenset[str]:
    """Which of the fields sent the complaint blames, in the words of `Capabilities`; empty where it blames none."""
    root = complaint.param.partition(".")[0]
    if complaint.param == "stream_options.include_obfuscation":
        return frozenset({complaint.param})
    blamed = root if root in (*_OPTIONAL, *_LENGTHS) and root in sent else _named(complaint.text, sent)
    if not blamed and root == "messages":
        blamed = next((field for field in _INSIDE if field in complaint.param), "")
    if blamed in _LENGTHS and not _UNSUPPORTED.search(f"{complaint.code} {complaint.text}"):
        return frozenset()  # It is known by that name, but the number is too large.
    if blamed == "reasoning_effort" and "unsupported_parameter" not in complaint.code:
        value = str(sent[blamed])
        if re.search(rf"\b{value}\b", complaint.text):
            return frozenset({f"{blamed}:{value}"})
    if blamed == "stop" and isinstance(sent[blamed], list) and _COUNTED.search(complaint.text):
        many = len(sent["stop"]) if isinstance(sent["stop"], list) else 0
        return frozenset({"stop:1" if many > 1 else "stop"})
    return frozenset({blamed} if blamed else ())


def refuses_dialect(status: int, complaint: Complaint) -> bool:
    """Whether an endpoint said that it cannot fill in the middle this way, so that another way is to be tried."""
    if status in (404, 405, 501):
        return complaint.code.lower() != "model_not_found" and not _NO_MODEL.search(complaint.text)
    return status in (400, 422, 500) and _FILLING.search(f"{complaint.param} {complaint.text}") is not None


def _named(text: str, sent: Mapping[str, object]) -> str:
    """The field sent that a text without a `param` speaks of."""
    if not _UNSUPPORTED.search(text) and not _COUNTED.search(text) and "invalid" not in text.lower():
        return ""
    if "thinking" in text and "reasoning_effort" in sent:
        return "reasoning_effort"
    fields = (field for field in (*_LENGTHS, *_OPTIONAL) if field in sent or field in _INSIDE)
    return next((field for field in fields if re.search(rf"(?<![\w.-]){field}(?![\w-])", text)), "")


def refusal(
    host: str, model: str, key: str, status: int, headers: Mapping[str, str], complaint: Complaint
) -> ModelError:
    """The error for a complaint, in our own words. `key` is what must not be repeated."""
    status = complaint.status or status
    code = complaint.code.lower()
    safe = complaint.code if _SAFE_CODE.fullmatch(complaint.code) and complaint.code not in key else ""
    wait = retry_after(headers, complaint.text)
    if (status == 429 or code in _RATE) and code not in OUT_OF_MONEY:
        return RateLimited(wait, safe, f"{host} limits the rate of requests.")
    sentence = _SENTENCES[402] if code in OUT_OF_MONEY else _CODES.get(code) or _SENTENCES.get(status)
    if sentence is None:
        sentence = f"{{host}} is overloaded or broken (status {status})" if status >= 500 else "{host} failed"
    message = sentence.format(host=host, model=model)
    if "model" in sentence and successor(model) and status == 404:
        message += f"; {successor(model)} is its successor"
    word = f" ({safe})" if safe and code not in _CODES else ""
    return Refused(status, safe, f"{message}{word}.", wait)


def retry_after(headers: Mapping[str, str], text: str = "", now: datetime | None = None) -> float | None:
    """How long to wait in seconds, from the headers or, failing these, from the error's text."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
            return float(value) * unit
        if value:
            from email.utils import parsedate_to_datetime

            try:
                then = parsedate_to_datetime(value)
            except ValueError:
                continue
            then = then if then.tzinfo else then.replace(tzinfo=UTC)
            return max(0.0, (then - (now or datetime.now(UTC))).total_seconds())
    found = _LATER.search(text)
    return float(found[1]) * (0.001 if found[2].lower() == "ms" else 1.0) if found else None
