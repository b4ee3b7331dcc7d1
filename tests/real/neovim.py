"""A real Neovim that runs our plugin against the installed server, driven over its own protocol."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import msgpack

from tests.real.parts import ROOT, Tell, debian

PLUGIN = ROOT / "editors" / "neovim"
LONGEST_CALL = 30
# Nothing of the machine's own configuration; the plugin is found as a package manager would have it found.
INIT = """\
vim.opt.runtimepath:prepend({plugin})
-- Where a Neovim that was installed, not unpacked, finds its parsers by itself.
vim.opt.runtimepath:append({parsers})
vim.opt.swapfile = false
vim.opt.more = false
vim.opt.expandtab = true
vim.opt.shiftwidth = 4
vim.lsp.log.set_level('debug')
{more}
"""
# Neovim's own ghost text, or the plugin's where Neovim has none.
SHOWN = """
local space = vim.lsp.inline_completion and 'nvim.lsp.inline_completion' or 'linnet.ghost'
local marks = vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace(space), 0, -1, { details = true })
local text = {}
for _, mark in ipairs(marks) do
  for _, chunk in ipairs(mark[4].virt_text or {}) do table.insert(text, chunk[1]) end
  for _, line in ipairs(mark[4].virt_lines or {}) do
    table.insert(text, '\\n')
    for _, chunk in ipairs(line) do table.insert(text, chunk[1]) end
  end
end
return table.concat(text)
"""
FLOATS = """
local found = {}
for _, window in ipairs(vim.api.nvim_list_wins()) do
  if vim.api.nvim_win_get_config(window).relative ~= '' then
    local buffer = vim.api.nvim_win_get_buf(window)
    table.insert(found, table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\\n'))
  end
end
return found
"""


def fetched(cache: Path, tell: Tell, suite: str = "sid") -> Path:
    """The folder of Neovim 0.12, unpacked from Debian the first time. Fails with what is missing."""
    name = "neovim" if suite == "sid" else f"neovim-{suite}"
    return debian(cache / name, ["neovim"], "nvim", tell, suite)


class Remote:
    """Neovim's own protocol: one call after the other over its standard input and output."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._unpacker = msgpack.Unpacker(raw=False, strict_map_key=False)
        self._number = 0

    def call(self, method: str, *arguments: object) -> Any:
        """Call a function of Neovim's API. Raises `EOFError` when Neovim has ended."""
        assert self.process.stdin is not None
        self._number += 1
        self.process.stdin.write(msgpack.packb([0, self._number, method, arguments]))
        self.process.stdin.flush()
        while (message := self._message())[:2] != [1, self._number]:
            pass
        if message[2] is not None:
            raise AssertionError(f"{method}: {message[2]}")
        return message[3]

    def _message(self) -> list[Any]:
        assert self.process.stdout is not None
        while True:
            for message in self._unpacker:
                return list(message)
            ready, _, _ = select.select([self.process.stdout], [], [], LONGEST_CALL)
            assert ready, f"Neovim did not answer in {LONGEST_CALL} s"
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            if not data:
                raise EOFError("Neovim has ended")
            self._unpacker.feed(data)

    def close(self) -> None:
        """End Neovim and wait until it is gone."""
        with contextlib.suppress(EOFError, BrokenPipeError, AssertionError):
            self.call("nvim_command", "qall!")
        self.process.kill()
        with self.process:
            pass


class Editor:
    """A running Neovim. Everything waits for what should come, never for a time."""

    def __init__(self, remote: Remote) -> None:
        self.call = remote.call

    def lua(self, code: str, *arguments: object) -> Any:
        """Run Lua; `...` are the arguments."""
        return self.call("nvim_exec_lua", code, arguments)

    def run(self, command: str) -> None:
        """Run an Ex command."""
        self.call("nvim_command", command)

    def open(self, path: Path) -> Self:
        """Open a file, and wait until the server has learned its workspace."""
        self.run(f"edit {path}")
        self.wait(lambda: self.status().get("state") == "ready", "the server is ready", 60)
        return self

    def status(self) -> dict[str, Any]:
        """What the server last said about itself."""
        return dict(self.lua("return require('linnet').status() or vim.empty_dict()"))

    def keys(self, keys: str) -> None:
        """Press keys, written as in mappings, at once."""
        self.call("nvim_input", keys)

    def type(self, text: str) -> None:
        """Type text key by key."""
        for key in text:
            self.call("nvim_input", "<lt>" if key == "<" else "<CR>" if key == "\n" else key)

    def ghost(self, within: float = 10.0) -> str:
        """The ghost text that comes; fails when none does."""
        self.wait(self.shown, "ghost text", within)
        return self.shown()

    def wait_for_ghost(self, text: str) -> None:
        """Wait until the ghost text is this one."""
        self.wait(lambda: self.shown() == text, f"ghost text {text!r}")

    def shown(self) -> str:
        """The ghost text that is shown now."""
        return str(self.lua(SHOWN))

    def text(self) -> str:
        """The text of the buffer."""
        return "\n".join(self.call("nvim_buf_get_lines", 0, 0, -1, False)) + "\n"

    def line(self) -> str:
        """The line that the cursor is on."""
        return str(self.call("nvim_get_current_line"))

    def floats(self) -> list[str]:
        """The texts of the floating windows."""
        return list(self.lua(FLOATS))

    def messages(self) -> str:
        """What Neovim has told its user."""
        return str(self.call("nvim_exec2", "messages", {"output": True})["output"])

    def saved(self, path: Path) -> bytes:
        """Save the buffer; what stands on the disk then."""
        self.keys("<Esc>")
        self.wait(lambda: self.call("nvim_get_mode")["mode"] == "n", "normal mode")
        self.run("write")
        return path.read_bytes()

    def wait(self, condition: Callable[[], object], what: str, within: float = 10.0) -> None:
        """Wait until something holds; fails with what it was, and with what Neovim and the server logged."""
        end = time.monotonic() + within
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"no {what} in {within} s\n{self._account()}")
            time.sleep(0.01)

    def _account(self) -> str:
        log = Path(str(self.lua("return vim.lsp.log.get_filename()")))
        tail = log.read_text(errors="replace")[-3000:] if log.is_file() else ""
        return f"--- line\n{self.line()}\n--- ghost\n{self.shown()}\n--- messages\n{self.messages()}\n--- log\n{tail}"


@contextmanager
def running(
    folder: Path, programs: Path, home: Path, monkeypatch: Any, options: str = "", more: str = ""
) -> Iterator[Editor]:
    """Neovim with the plugin, which finds `linnet` on PATH. `more` is Lua that the user's init.lua holds."""
    home.mkdir(parents=True, exist_ok=True)
    init = home / "init.lua"
    given = f"vim.g.linnet = {{ {options} }}\n" if options else ""
    init.write_text(
        INIT.format(plugin=_quoted(PLUGIN), parsers=_quoted(folder / "usr/lib/nvim"), more=given + more)
    )
    monkeypatch.setenv("VIMRUNTIME", str(folder / "usr/share/nvim/runtime"))
    monkeypatch.setenv("PATH", f"{programs}:/usr/local/bin:/usr/bin:/bin")
    command = [str(folder / "run/nvim"), "--embed", "--headless", "-u", str(init), "-i", "NONE"]
    remote = Remote(command)
    try:
        yield Editor(remote)
    finally:
        remote.close()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("\\", "\\\\").replace("'", "\\'") + "'"
