"""Secrets made up at run time from a seed, and the code that they are planted in. None was ever anybody's."""

from __future__ import annotations

import random
import string
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
HEX, WORD, BASE64 = "0123456789abcdef", LOWER + UPPER + DIGITS, LOWER + UPPER + DIGITS + "+/"


@dataclass(frozen=True)
class Planted:
    """A text with a secret in it: no `parts` of the secret may survive, and all `kept` words must."""

    kind: str
    path: str
    text: str
    parts: tuple[str, ...]
    kept: tuple[str, ...]


class Maker:
    """Random texts from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self, letters: str, length: int) -> str:
        return "".join(self.random.choices(letters, k=length))

    def base64(self, length: int) -> str:
        return b64encode(self.random.randbytes(length)).decode()

    def password(self) -> str:
        """Eight to twenty characters with letters, digits and marks, in any order."""
        core = [self.text(LOWER, 4), self.text(UPPER, 2), self.text(DIGITS, 2), self.text("!#%+=?-_", 1)]
        letters = list("".join(core) + self.text(WORD, self.random.randrange(11)))
        self.random.shuffle(letters)
        return "k" + "".join(letters)


# Prefixes stand in two pieces, so that no scanner takes this file for a leak.
TOKENS: dict[str, Callable[[Maker], str]] = {
    "aws": lambda m: "AK" + "IA" + m.text(UPPER + "234567", 16),
    "anthropic": lambda m: "sk-" + "ant-api03-" + m.text(WORD + "-_", 90) + "AA",
    "databricks": lambda m: "da" + "pi" + m.text(HEX, 32),
    "digitalocean": lambda m: "dop" + "_v1_" + m.text(HEX, 64),
    "discord": lambda m: f"M{m.text(WORD, 23)}.{m.text(WORD, 6)}.{m.text(WORD, 27)}",
    "github": lambda m: "gh" + m.random.choice("pousr") + "_" + m.text(WORD, 36),
    "github fine-grained": lambda m: "github" + "_pat_" + m.text(WORD, 22) + "_" + m.text(WORD, 59),
    "gitlab": lambda m: "gl" + "pat-" + m.text(WORD + "-_", 20),
    "google": lambda m: "AI" + "za" + m.text(WORD + "-_", 34) + "Q",
    "google-oauth": lambda m: "GOC" + "SPX-" + m.text(WORD + "-_", 28),
    "hugging-face": lambda m: "h" + "f_" + m.text(LOWER + UPPER, 34),
    "hashicorp": lambda m: "hv" + "s." + m.text(WORD, 92),
    "jwt": lambda m: ".".join(
        ["e" + "yJhbGciOiJIUzI1NiJ9", "e" + "yJ" + m.text(WORD, 40), m.text(WORD + "-_", 43)]
    ),
    "mailchimp": lambda m: m.text(HEX, 32) + "-u" + "s17",
    "npm": lambda m: "np" + "m_" + m.text(WORD, 36),
    "openai": lambda m: "sk-" + "proj-" + m.text(WORD, 74) + "T3Blbk" + "FJ" + m.text(WORD, 74),
    "openrouter": lambda m: "sk-" + "or-v1-" + m.text(HEX, 64),
    "pypi": lambda m: "py" + "pi-AgEIcHlwaS5vcmc" + m.text(WORD + "-_", 120),
    "sendgrid": lambda m: "S" + f"G.{m.text(WORD, 22)}.{m.text(WORD, 43)}",
    "slack": lambda m: "xo" + f"xb-{m.text(DIGITS, 12)}-{m.text(DIGITS, 12)}-{m.text(WORD, 24)}",
    "square": lambda m: "sq0" + "csp-" + m.text(WORD, 43),
    "stripe": lambda m: "sk" + "_live_" + m.text(WORD, 24),
    "telegram": lambda m: m.text("123456789", 10) + ":AA" + m.text(WORD + "-_", 33),
    "twilio": lambda m: "S" + "K" + m.text(HEX, 32),
    "unknown service": lambda m: m.text(WORD, 40),
    "hexadecimal": lambda m: m.text(HEX, 64),
    "base64": lambda m: m.base64(32),
    "password": lambda m: m.password(),
}
# What a token is planted in: path, text; SECRET is put in, every other word must survive.
CARRIERS: tuple[tuple[str, str], ...] = (
    ("settings.py", 'import os\n\nAPI_TOKEN = "SECRET"\nTIMEOUT = 30\n'),
    ("client.py", "def connect():\n    return Client(password='SECRET', retries=3)  # short-lived\n"),
    (
        "config.py",
        'OPTIONS = {\n    "host": "localhost",\n    "client_secret": "SECRET",\n    "port": 5432,\n}\n',
    ),
    ("typed.py", 'class Settings:\n    auth_token: str = "SECRET"\n    debug: bool = False\n'),
    (
        "test_login.py",
        'def test_login(session):\n    session.headers["X-Api-Key"] = "SECRET"\n    assert session.ok\n',
    ),
    ("app.ts", 'export const config = {\n  apiKey: "SECRET",\n  region: "eu-west-1",\n};\n'),
    ("main.go", 'const accessToken = "SECRET"\n\nfunc main() {\n\trun(accessToken)\n}\n'),
    ("lib.rs", 'static SECRET_KEY: &str = "SECRET";\npub fn key() -> &str { SECRET_KEY }\n'),
    (
        "Main.java",
        'class Main {\n  private static final String DB_PASSWORD = "SECRET";\n  int retries = 3;\n}\n',
    ),
    ("main.c", '#include "net.h"\nstatic const char api_key[] = "SECRET";\nint main(void) { return 0; }\n'),
    (".env.txt", "DEBUG=1\nexport SERVICE_TOKEN=SECRET\nPORT=8080\n"),
    ("deploy.yml", "env:\n  region: eu\n  api_token: SECRET\n  replicas: 3\n"),
    ("data.json", '{\n  "name": "demo",\n  "accessToken": "SECRET",\n  "size": 3\n}\n'),
    ("run.sh", 'set -e\ncurl -H "Authorization: Bearer SECRET" https://api.example.com/v1/items\n'),
    ("fix.diff", '@@ -1,3 +1,3 @@\n import os\n-TOKEN = os.environ["TOKEN"]\n+TOKEN = "SECRET"\n print(1)\n'),
)


def tokens(seed: int) -> Iterator[Planted]:
    """Every kind of token in ten places each."""
    make = Maker(seed)
    for kind, token in TOKENS.items():
        for path, text in make.random.sample(CARRIERS, 10):
            value = token(make)
            yield Planted(
                kind,
                path,
                text.replace("SECRET", value, 1) if "SECRET_KEY" not in text else _rust(text, value),
                (value,),
                _words(text),
            )


def _rust(text: str, value: str) -> str:
    return text.replace('"SECRET"', f'"{value}"')


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split() if "SECRET" not in word)


ADDRESSES = (
    "postgresql://app:SECRET@db.example.com:5432/main",
    "mysql+pymysql://root:SECRET@127.0.0.1/shop",
    "mongodb+srv://svc:SECRET@cluster0.example.net/?retryWrites=true",
    "redis://:SECRET@cache.example.com:6379/0",
    "amqp://guest2:SECRET@broker:5672/%2f",
    "https://deploy:SECRET@git.example.com/team/repo.git",
    "Server=tcp:db.example.com,1433;User ID=app;Password=SECRET;Encrypt=True;",
    "app:SECRET@tcp(127.0.0.1:3306)/shop?parseTime=true",
)


def addresses(seed: int) -> Iterator[Planted]:
    """Passwords in the addresses of services."""
    make = Maker(seed)
    for address in ADDRESSES * 2:
        value = make.password().replace("#", "+").replace("?", "=").replace("/", "-")
        text = f'import db\n\nDATABASE = "{address}"\npool = db.connect(DATABASE, size=4)\n'
        yield Planted(
            "address", "db.py", text.replace("SECRET", value), (value,), ("pool", "size=4)", "import")
        )


def private_keys(seed: int) -> Iterator[Planted]:
    """Private keys as they stand in files, strings, JSON and diffs, whole and cut off."""
    make = Maker(seed)
    for name in ("RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "PRIVATE KEY"):
        body = make.base64(make.random.randrange(300, 900))
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        begin, end = "-----BEGIN " + name + "-----", "-----END " + name + "-----"
        block = "\n".join([begin, *lines, end])
        parts = tuple(line for line in lines if len(line) > 3)
        joined = "\\n".join([begin, *lines, end])
        quoted = "\n".join(f'    "{line}\\n"' for line in [begin, *lines, end])
        cut = "\n".join([begin, *lines])
        headless = "\n".join([*lines, end])
        added = "\n".join("+" + line for line in block.split("\n"))
        indented = block.replace("\n", "\n    ")
        yield Planted(
            name, "key.py", f'KEY = """{block}"""\nnext_line = 1\n', parts, ("next_line = 1", begin, end)
        )
        yield Planted(
            name, "key.json", f'{{"private_key": "{joined}\\n", "id": 7}}\n', parts, ('"id": 7', begin)
        )
        yield Planted(
            name, "key2.py", f"KEY = (\n{quoted}\n)\nnext_line = 1\n", parts, ("next_line = 1", begin)
        )
        yield Planted(name, "cut.txt", f"first\n{cut}", parts, ("first", begin))
        yield Planted(name, "headless.txt", f"{headless}\nlast line\n", parts, ("last line", end))
        yield Planted(
            name, "key.diff", f"@@ -0,0 +1,9 @@\n{added}\n+after = 1\n", parts, ("+after = 1", "+" + begin)
        )
        yield Planted(name, "key.yml", f"key: |\n    {indented}\nnext: 1\n", parts, ("next: 1", begin))


OTHERS = (
    ("curl", "run.sh", "curl -u admin:SECRET https://example.com/items\n", "password"),
    ("mysql", "run.sh", "mysql -h db -u root -pSECRET shop < dump.sql\n", "password"),
    ("option", "run.sh", "tool login --user me --password SECRET --verbose\n", "password"),
    ("netrc", "netrc.txt", "machine example.com login me password SECRET\n", "password"),
    ("npmrc", "npmrc.txt", "//registry.example.com/:_authToken=SECRET\nfund=false\n", "unknown service"),
    (
        "azure",
        "app.cs",
        'var c = "DefaultEndpointsProtocol=https;AccountName=demo;AccountKey=SECRET;Suffix=x";\n',
        "base64",
    ),
    ("pair", "auth.py", 'requests.get(url, auth=("me", "SECRET"), timeout=3)\n', "password"),
    ("environ", "env.py", 'os.environ["DB_PASSWORD"] = "SECRET"\nmain()\n', "password"),
    ("setter", "A.java", 'config.setPassword("SECRET");\nrun(config);\n', "password"),
    ("compared", "login.js", 'if (password === "SECRET") {\n  open();\n}\n', "password"),
    ("basic", "req.py", 'headers = {"Authorization": "Basic SECRET"}\nsend(headers)\n', "base64"),
    ("dockerfile", "Dockerfile", "FROM debian\nENV API_TOKEN SECRET\nRUN true\n", "unknown service"),
    ("query", "call.py", 'get("https://example.com/v1?api_key=SECRET&page=2")\nmain()\n', "unknown service"),
    ("aws secret", "aws.py", 'aws_secret_access_key = "SECRET"\nregion = "eu"\n', "unknown service"),
)


def others(seed: int) -> Iterator[Planted]:
    """Secrets that only the words around them give away."""
    make = Maker(seed)
    for kind, path, text, form in OTHERS:
        for _ in range(4):
            value = TOKENS[form](make)
            yield Planted(kind, path, text.replace("SECRET", value), (value,), _words(text))


def everything(seed: int = 1) -> list[Planted]:
    """All of them."""
    return [*tokens(seed), *addresses(seed), *private_keys(seed), *others(seed)]


def basic_credentials(seed: int) -> str:
    """A user and a password as a header sends them."""
    make = Maker(seed)
    return urlsafe_b64encode(f"{make.text(LOWER, 8)}:{make.password()}".encode()).decode()
