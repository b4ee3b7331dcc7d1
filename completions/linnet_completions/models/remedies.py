"""What a user can do about a model that does not answer: one sentence for each kind of failure."""

from __future__ import annotations

from linnet_completions.models.outbound import NotChosen, Offline, OverBudget
from linnet_completions.models.protocol import (
    Garbled,
    ModelError,
    RateLimited,
    Refused,
    TimedOut,
    Unreachable,
)
from linnet_completions.models.refusals import OUT_OF_MONEY

_CAUSES = {
    "name": "Check the spelling of `base_url`, and that this machine can look up names.",
    "closed": "Start the server, or check the port in `base_url`.",
    "certificate": "Name the authority's certificate with `providers.{provider}.ca`.",
    "expired": "Have the server's certificate renewed, and check this machine's clock.",
    "host name": "Use the name in `base_url` that the server's certificate is for.",
    "no TLS": "Write `base_url` with http:// if the server does without TLS, or name its TLS port.",
    "proxy": "Check `providers.{provider}.proxy` or HTTPS_PROXY; NO_PROXY excepts hosts.",
    "": "Check `base_url` and the network; a firewall may close connections.",
}
_STATUSES = {
    401: "Set the key again with `linnet auth set {provider}`{variable}.",
    402: "Add credit at the provider, or choose another one.",
    403: "Check at the provider what this key may do, or set another one with `linnet auth set {provider}`.",
    404: "Check `model` and `base_url`.",
    413: "Lower `context.budget_tokens`, or choose a model with a longer context.",
}


def remedy(error: ModelError, provider: str, key_variable: str = "") -> str:
    """What to do about a failure of a provider's model; `key_variable` is where its key may lie."""
    variable = f", or in {key_variable}" if key_variable else ""
    return _remedy(error).format(provider=provider, variable=variable)


def _remedy(error: ModelError) -> str:
    match error:
        case Offline():
            return "Unset `offline`."
        case NotChosen():
            return "Name the provider in your own settings."
        case OverBudget():
            return "Raise `cost.daily_usd` or `cost.monthly_usd`, or wait for another day."
        case Refused():
            return _of_refusal(error)
        case Unreachable():
            return _CAUSES[error.cause]
        case TimedOut():
            return "Check `base_url` and the proxy; a server that loads its model may need a minute."
        case Garbled():
            return "Point `base_url` at the API of a model server, usually ending in /v1."
        case _:
            return "Run it with --verbose."


def _of_refusal(error: Refused) -> str:
    if error.code in OUT_OF_MONEY:
        return _STATUSES[402]
    if isinstance(error, RateLimited):
        return "Wait a little, or name a second model in `routes.inline`."
    if error.code == "redirect":
        return "Set `base_url` to the address that the server redirects to."
    if error.code == "context_length_exceeded":
        return _STATUSES[413]
    if error.code == "model_not_found":
        return _STATUSES[404]
    if error.status >= 500:
        return "Try again later, or name a second model in `routes.inline`."
    return _STATUSES.get(
        error.status, "Set `providers.{provider}.dialect` if the endpoint speaks another one."
    )
