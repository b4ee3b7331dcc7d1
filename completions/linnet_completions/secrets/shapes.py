"""Tokens that their own shape gives away, wherever they stand."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from .randomness import is_stand_in

# detect-secrets' plugins by module, whose pattern is a token and nothing around it: class, our kind.
_PLUGINS = {
    "aws": ("AWSKeyDetector", "aws"),
    "discord": ("DiscordBotTokenDetector", "discord"),
    "github_token": ("GitHubTokenDetector", "github"),
    "gitlab_token": ("GitLabTokenDetector", "gitlab"),
    "mailchimp": ("MailchimpDetector", "mailchimp"),
    "pypi_token": ("PypiTokenDetector", "pypi"),
    "sendgrid": ("SendGridDetector", "sendgrid"),
    "slack": ("SlackDetector", "slack"),
    "square_oauth": ("SquareOAuthDetector", "square"),
    "stripe": ("StripeDetector", "stripe"),
    "telegram_token": ("TelegramBotTokenDetector", "telegram"),
    "twilio": ("TwilioKeyDetector", "twilio"),
}
_PASSWORD_HASH = (
    r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{50,}|\$[156y]\$[./A-Za-z0-9=,$]{0,40}\$[./A-Za-z0-9]{20,}"
    r"|\$argon2(?:id|i|d)\$[\w$=,+/.-]{30,}|\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}"
)
_WEBHOOK = (
    r"\bhooks\.slack\.com/(?:services|workflows|triggers)/([\w/]{20,})"
    r"|\bdiscord(?:app)?\.com/api/webhooks/(\d+/[\w-]{20,})|\bwebhook\.office\.com/webhookb2/([\w@/-]{30,})"
)
# What detect-secrets does not know, or knows only in one of its forms. Where a pattern has a group, that is the token.
_OURS = (
    ("age", r"AGE-SECRET-KEY-1[0-9A-Z]{40,}"),
    ("anthropic", r"\bsk-ant-[\w-]{20,}"),
    ("artifactory", r"\bAKC[a-zA-Z0-9]{30,}|\bcmVmdGtu[A-Za-z0-9]{40,}"),
    ("atlassian", r"\bAT(?:ATT|CTT|BB)[A-Za-z0-9_=-]{20,}"),
    ("databricks", r"\bdapi[a-f0-9]{32}\b"),
    ("digitalocean", r"\bdo[opr]_v1_[a-f0-9]{40,64}"),
    ("doppler", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{20,}"),
    ("figma", r"\bfig[doup]r?_[\w-]{30,}"),
    ("fly", r"\bfo1_[\w-]{30,}|\bFlyV1 [\w,=+/-]{30,}|\bfm2_[\w+/=]{30,}"),
    ("github", r"\bgithub_pat_\w{30,}|\bgh[pousr]_[A-Za-z0-9]{30,}"),
    ("gitlab", r"\bgl(?:pat|dt|ft|soat|rt|cbt|imt|ptt|agent|oas|ffct|wt)-[\w.-]{16,}"),
    ("google", r"\bAIza[\w-]{33,37}|\bya29\.[\w.-]{20,}|\b1//0[\w-]{30,}"),
    ("google-oauth", r"\bGOCSPX-[\w-]{20,}"),
    ("grafana", r"\bgl(?:sa|c)_[A-Za-z0-9+/=_]{28,}"),
    ("groq", r"\bgsk_[A-Za-z0-9]{20,}"),
    ("hashicorp", r"\bhv[sbr]\.[\w-]{20,}|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,}"),
    ("hugging-face", r"\b(?:hf|api_org)_[A-Za-z]{30,}|\bhf_[A-Za-z0-9]{30,}"),
    ("jwt", r"\beyJ[\w-]{8,}\.[\w=-]{8,}(?:\.[\w.+/=-]*)?"),
    ("linear", r"\blin_(?:api|oauth)_[A-Za-z0-9]{30,}"),
    ("mailgun", r"\bkey-[0-9a-f]{32}\b"),
    ("new-relic", r"\bNR(?:AK|JS|II|RA|SP)-[A-Za-z0-9]{20,}"),
    ("notion", r"\bntn_[A-Za-z0-9]{30,}|\bsecret_[A-Za-z0-9]{43}\b"),
    ("npm", r"\bnpm_[A-Za-z0-9]{30,}"),
    ("openai", r"\bsk-(?:proj|svcacct|admin|None)-[\w-]{20,}|\bsk-[A-Za-z0-9]{32,}"),
    ("openrouter", r"\bsk-or-(?:v1-)?[a-f0-9]{32,}"),
    ("password-hash", _PASSWORD_HASH),
    ("perplexity", r"\bpplx-[A-Za-z0-9]{30,}"),
    ("planetscale", r"\bpscale_(?:pw|tkn|oauth)_[\w.=-]{30,}"),
    ("postman", r"\bPMAK-[A-Za-z0-9-]{40,}"),
    ("pypi", r"\bpypi-[\w-]{50,}"),
    ("replicate", r"\br8_[A-Za-z0-9]{30,}"),
    ("rubygems", r"\brubygems_[a-f0-9]{40,}"),
    ("sentry", r"\bsntry[usa]_[\w=+/-]{30,}"),
    ("shopify", r"\bshp(?:at|ca|pa|ss|ua)_[a-fA-F0-9]{32}"),
    ("slack", r"\bx(?:ox[abceoprs]|app)-[\w-]{10,}"),
    ("square", r"\bsq0(?:atp|csp|idp)-[\w-]{20,}|\bEAAA[\w-]{56,}"),
    ("stripe", r"\b(?:[spr]k_(?:live|test)|whsec)_[A-Za-z0-9]{20,}"),
    ("supabase", r"\bsb(?:p|_secret)_[A-Za-z0-9_]{30,}"),
    ("webhook", _WEBHOOK),
    ("xai", r"\bxai-[A-Za-z0-9]{40,}"),
)
# Such a run of characters has every token; those without a digit are known by how they begin.
_RUN = re.compile(r"[\w+/=.:~$,-]{16,}")
_DIGIT = re.compile(r"[0-9]")
_BEGINNING = re.compile(
    r"AKIA|ASIA|ABIA|ACCA|A3T|gh[pousr]_|github_pat|gl[a-z]{2,5}-|sk-|gsk_|[spr]k_(?:live|test)|whsec|hf_|api_org_|npm_|pypi-|AIza|GOCSPX|"
    r"xox|xapp-|eyJ|lin_|ntn_|secret_|pplx-|pscale_|r8_|sntry|sq0|SG\.|hv[sbr]\.|dp\.|fig|fo1_|fm2_|xai-|gl(?:sa|c)_|ATATT"
)
# Long names can have these shapes, too; a token of this length has digits.
_NEEDS_DIGITS = frozenset({"discord", "twilio", "telegram", "mailchimp", "artifactory", "atlassian"})


def tokens(line: str) -> Iterator[tuple[str, int, int]]:
    """Tokens in a line: kind, start, end. They may overlap."""
    for run in _RUN.finditer(line):
        if _DIGIT.search(run[0]) or _BEGINNING.search(run[0]):
            break
    else:
        return
    for kind, pattern in _patterns():
        for match in pattern.finditer(line, max(run.start() - 16, 0)):
            group = match.lastindex or 0 if kind == "webhook" else 0
            value = match[group]
            if is_stand_in(value) or kind in _NEEDS_DIGITS and len(_DIGIT.findall(value)) < 2:
                continue
            yield kind, match.start(group), match.end(group)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every pattern with its kind. Only the patterns of the plugins are used: no settings file, no network."""
    ours = [(kind, re.compile(pattern)) for kind, pattern in _OURS]
    return (*ours, *_borrowed())


def _borrowed() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module, (name, kind) in _PLUGINS.items():
        with _left_out("requests"):
            plugin: Any = getattr(import_module(f"detect_secrets.plugins.{module}"), name)
        for pattern in cast("list[re.Pattern[str]]", plugin.denylist):
            # Other patterns of theirs speak of what stands around a token, which `phrases` and `values` know better.
            if "'" not in pattern.pattern and "hooks" not in pattern.pattern:
                yield kind, pattern


@contextmanager
def _left_out(name: str) -> Iterator[None]:
    """Have an empty module in the place of one that is not loaded yet.

    The plugins import one that speaks HTTP, to try tokens out. Nobody asks them to, and it would take up 6 MB.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = ModuleType(name)
    try:
        yield
    finally:
        sys.modules.pop(name, None)  # Another thread may have been at it, too.
