"""What `linnet serve` was asked for. Imports nothing, since it stands before the answer to `initialize`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final


class ServeOptions:
    """The options of one server process; read only.

    `tcp` is a loopback address and port (0: any free one), or None for stdio. `config` names a file that replaces the
    user's own settings file. `environ` is the environment the process was started with. `watch_stalls` has the client
    told when the server stands still.
    """

    # A plain class: importing `dataclasses` takes longer than everything else on the way to the first answer.
    __slots__ = ("config", "debug", "environ", "offline", "quiet", "tcp", "verbose", "watch_stalls")

    def __init__(
        self,
        *,
        tcp: tuple[str, int] | None = None,
        config: str | None = None,
        offline: bool = False,
        quiet: bool = False,
        verbose: bool = False,
        debug: bool = False,
        watch_stalls: bool = False,
        environ: Mapping[str, str],
    ) -> None:
        self.tcp: Final = tcp
        self.config: Final = config
        self.offline: Final = offline
        self.quiet: Final = quiet
        self.verbose: Final = verbose
        self.debug: Final = debug
        self.watch_stalls: Final = watch_stalls
        self.environ: Final = environ
