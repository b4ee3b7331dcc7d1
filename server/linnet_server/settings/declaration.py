"""Every setting, declared once: name, type, default, help and who may set it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from types import MappingProxyType
from typing import Any, Literal, cast

# What the settings file of a workspace may do with a setting before the user trusts that file.
Workspace = Literal["set", "add", "lower", "switch on", "nothing"]
Kind = Literal["boolean", "integer", "number", "string", "strings", "table", "prices", "providers"]

PROVIDERS = (
    "local",
    "openai",
    "xroute",
    "openrouter",
    "mistral",
    "codestral",
    "deepseek",
    "gemini",
    "anthropic",
    "groq",
    "together",
    "ollama",
    "llamacpp",
    "vllm",
    "lmstudio",
    "azure",
    "custom",
)


DIALECTS = (
    "chat",
    "anthropic",
    "completions",
    "template",
    "mistral-fim",
    "deepseek-fim",
    "infill",
    "ollama",
    "ollama-raw",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for one setting. `minimum` and `maximum` are included; `choices` are empty when any text will do."""

    kind: Kind
    help: str
    workspace: Workspace
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    # Whether the empty list means everything, which `all` may be written for.
    all_when_empty: bool = False


def _setting(default: Any, kind: Kind, workspace: Workspace, help: str, **more: Any) -> Any:
    metadata = {"rule": Rule(kind, help, workspace, optional=default is None, **more)}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Routes:
    """Ordered `provider/model` lists by task; an empty list follows `provider` and `model`."""

    inline: tuple[str, ...] = _setting(
        (), "strings", "nothing", "Models for ghost text, the first choice first."
    )
    explain: tuple[str, ...] = _setting(
        (), "strings", "nothing", "Models for explanations, the first choice first."
    )
    edit: tuple[str, ...] = _setting((), "strings", "nothing", "Models for edits, the first choice first.")
    review: tuple[str, ...] = _setting((), "strings", "nothing", "Models for review, the first choice first.")
    hedge_ms: int = _setting(
        0,
        "integer",
        "nothing",
        "Milliseconds without a word after which the next model of `routes.inline` is asked as well; 0 for never.",
        minimum=0,
        maximum=60000,
    )


@dataclass(frozen=True, slots=True)
class Provider:
    """An endpoint of one's own; what is None comes from the preset of that name."""

    base_url: str | None = _setting(
        None, "string", "nothing", "Address of the endpoint, usually ending in /v1."
    )
    key_env: str | None = _setting(None, "string", "nothing", "Environment variable that holds the key.")
    headers: Mapping[str, str] = _setting({}, "table", "nothing", "Further HTTP headers of every request.")
    ca: str | None = _setting(
        None, "string", "nothing", "File of certificates to trust besides the system's."
    )
    proxy: str | None = _setting(
        None,
        "string",
        "nothing",
        "Address of a proxy for this endpoint, `http://`, `https://` or `socks5://`.",
    )
    client_cert: str | None = _setting(
        None, "string", "nothing", "File with the certificate that shows this endpoint who you are."
    )
    client_key: str | None = _setting(
        None, "string", "nothing", "File with the key of `client_cert`, where it is not in the same file."
    )
    dialect: str | None = _setting(
        None,
        "string",
        "nothing",
        "How this endpoint is asked, where its preset does not say it or says it wrongly; what it refuses is left "
        "for the next best by itself.",
        choices=DIALECTS,
    )
    family: str | None = _setting(
        None,
        "string",
        "nothing",
        "Model whose parameters, tokens and prices hold at this endpoint, where its models have names of their own.",
    )


@dataclass(frozen=True, slots=True)
class Engine:
    """The embedded engine, which completes from the workspace's own code."""

    enabled: bool = _setting(
        True, "boolean", "set", "Complete with the embedded engine when no model answers."
    )
    mode: str = _setting(
        "normal",
        "string",
        "set",
        "How sure the embedded engine must be before it shows something.",
        choices=("normal", "quiet"),
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """Ghost text."""

    enabled: bool = _setting(True, "boolean", "set", "Show ghost text while you type.")
    languages: tuple[str, ...] = _setting(
        (),
        "strings",
        "set",
        "Language ids that get ghost text; every language when empty.",
        all_when_empty=True,
    )
    max_wait_ms: int = _setting(
        1500,
        "integer",
        "set",
        "Milliseconds after which an answer is too late to be shown.",
        minimum=50,
        maximum=60000,
    )
    max_lines: int = _setting(12, "integer", "set", "Most lines of one ghost text.", minimum=1, maximum=200)
    menu: bool = _setting(
        False, "boolean", "set", "Offer completions in the menu where the editor has no ghost text."
    )


@dataclass(frozen=True, slots=True)
class Context:
    """What may be gathered from the workspace and sent to the provider you chose."""

    budget_tokens: int = _setting(
        1500,
        "integer",
        "lower",
        "Most tokens of code gathered for one ghost text.",
        minimum=64,
        maximum=200000,
    )
    ignore: tuple[str, ...] = _setting(
        (), "strings", "add", "Patterns of files never used, besides .gitignore and .linnetignore."
    )


@dataclass(frozen=True, slots=True)
class Review:
    """Review of changes."""

    max_findings: int = _setting(
        5,
        "integer",
        "set",
        "Most findings shown to people of one change; programs get all.",
        minimum=1,
        maximum=1000,
    )
    fail_on: str = _setting(
        "error",
        "string",
        "set",
        "Least severity of a finding that makes `linnet review` end with exit code 1.",
        choices=("error", "warning", "info", "never"),
    )
    rules: tuple[str, ...] = _setting((), "strings", "set", "Further ruff rules to check, for example `PLE`.")
    patterns: tuple[str, ...] = _setting(
        (), "strings", "nothing", "Files of the workspace that hold rules of its own, in ast-grep's YAML."
    )
    linters: bool = _setting(
        False,
        "boolean",
        "nothing",
        "Ask the linters that the workspace has configured; they may run its code.",
    )
    baseline: str | None = _setting(
        None, "string", "set", "File of the workspace with findings that are accepted."
    )
    classes: tuple[str, ...] = _setting(
        (), "strings", "set", "Classes of findings to show; every class when empty.", all_when_empty=True
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """What models may cost."""

    daily_usd: float = _setting(
        1.0, "number", "lower", "Most US dollars spent on models in one day.", minimum=0
    )
    monthly_usd: float = _setting(
        20.0, "number", "lower", "Most US dollars spent on models in one month.", minimum=0
    )
    on_cap: str = _setting(
        "local",
        "string",
        "nothing",
        "What answers once a limit is reached: the embedded engine, or nothing.",
        choices=("local", "stop"),
    )
    team_daily_usd: float | None = _setting(
        None,
        "number",
        "nothing",
        "Most US dollars that the whole team spends in one day, counted at `cache.url`.",
        minimum=0,
    )
    team_per_minute: int | None = _setting(
        None,
        "integer",
        "nothing",
        "Most requests to models that the whole team makes in one minute, counted at `cache.url`.",
        minimum=1,
    )
    prices: Mapping[str, tuple[float, ...]] = _setting(
        {},
        "prices",
        "nothing",
        "Prices of your own by model or `provider/model`: US dollars for a million tokens of input, cached input, "
        "output and, as a fourth, cache writes.",
    )


@dataclass(frozen=True, slots=True)
class Cache:
    """What is kept on disk, and the cache that a team shares."""

    dir: str | None = _setting(
        None, "string", "nothing", "Folder of the cache; by default the platform's own."
    )
    size_mb: int = _setting(
        256, "integer", "nothing", "Most megabytes of cached answers.", minimum=1, maximum=1048576
    )
    url: str | None = _setting(
        None,
        "string",
        "nothing",
        "Redis or Valkey server shared with a team, `redis://HOST:PORT` or `unix://PATH`; needs LINNET_TEAM_SECRET.",
    )


@dataclass(frozen=True, slots=True)
class Audit:
    """The log of what was sent where."""

    enabled: bool = _setting(True, "boolean", "nothing", "Log when, where to and how much was sent.")
    content: bool = _setting(False, "boolean", "nothing", "Log the redacted prompts as well.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one moment and one workspace."""

    provider: str = _setting(
        "local",
        "string",
        "nothing",
        "Who answers: `local` is the embedded engine, which never uses the network; else a preset or a name of "
        "`providers`.",
    )
    base_url: str | None = _setting(
        None, "string", "nothing", "Address of the provider; by default its preset's."
    )
    model: str = _setting("gpt-4.1-mini", "string", "nothing", "Model that the provider is asked for.")
    offline: bool = _setting(False, "boolean", "switch on", "Never use the network, whatever else is set.")
    routes: Routes = Routes()
    providers: Mapping[str, Provider] = _setting({}, "providers", "nothing", "Endpoints of your own by name.")
    engine: Engine = Engine()
    completion: Completion = Completion()
    context: Context = Context()
    review: Review = Review()
    cost: Cost = Cost()
    cache: Cache = Cache()
    audit: Audit = Audit()


def default_of(each: Field[Any]) -> object:
    """The default of a dataclass field, however it is declared."""
    return each.default if each.default_factory is MISSING else each.default_factory()


def rules(kind: type[object] = Settings, prefix: str = "") -> Iterator[tuple[str, Rule, object]]:
    """Every setting below a dataclass: dotted path, rule, default. `providers` counts as one."""
    for each in fields(cast(Any, kind)):
        if "rule" in each.metadata:
            yield prefix + each.name, each.metadata["rule"], default_of(each)
        elif is_dataclass(each.default):
            yield from rules(type(each.default), f"{prefix}{each.name}.")


RULES: Mapping[str, Rule] = MappingProxyType({path: rule for path, rule, _ in rules()})
DEFAULTS: Mapping[str, object] = MappingProxyType({path: default for path, _, default in rules()})
PROVIDER_RULES: Mapping[str, Rule] = MappingProxyType({path: rule for path, rule, _ in rules(Provider)})


def rule_of(path: str) -> Rule | None:
    """The rule of a dotted path, `providers.NAME.base_url` among them; None when there is no such setting."""
    top, _, rest = path.partition(".")
    if top == "providers" and rest:
        return PROVIDER_RULES.get(rest.partition(".")[2])
    return RULES.get(path) if path != "providers" else None


def assemble(values: Mapping[str, object]) -> Settings:
    """Settings from checked values by dotted path; what is not among them has its default."""
    return cast(Settings, _assemble(Settings, "", values))


def _assemble(kind: type[object], prefix: str, values: Mapping[str, object]) -> object:
    given: dict[str, object] = {}
    for each in fields(cast(Any, kind)):
        path = prefix + each.name
        if path == "providers":
            given[each.name] = _providers(values)
        elif "rule" not in each.metadata:
            given[each.name] = _assemble(type(each.default), path + ".", values)
        elif path in values:
            given[each.name] = values[path]
    return kind(**given)


def _providers(values: Mapping[str, object]) -> dict[str, Provider]:
    parts = [path.split(".", 2) for path in values if path.startswith("providers.")]
    names = dict.fromkeys(name for _, name, _ in parts)
    return {name: cast(Provider, _assemble(Provider, f"providers.{name}.", values)) for name in names}
