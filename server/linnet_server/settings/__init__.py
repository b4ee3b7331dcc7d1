"""Settings: declared once, loaded from files, environment, editor and flags, rendered as documents and schemas."""

from __future__ import annotations

from linnet_server.settings.declaration import Provider, Settings
from linnet_server.settings.loading import Loaded, load, user_file

__all__ = ["Loaded", "Provider", "Settings", "load", "user_file"]
