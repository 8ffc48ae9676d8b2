"""The toolkit as an MCP server: the same tools, envelopes and approvals, for every host that speaks the protocol.

    from segment_toolkit import AsyncSegmentToolkit
    from segment_toolkit.mcp import Settings, ask_client, create_server

    server = create_server(AsyncSegmentToolkit.sandbox(approve=ask_client), Settings(read_only=True))

`create_server` gives the official SDK's low-level `Server`; `segment-toolkit mcp` serves one over stdio or HTTP. The
SDK is loaded when the server is made, and a missing one is named with its extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .approvals import ask_client
    from .server import create_server
    from .settings import Settings

_HOMES = {"Settings": "settings", "ask_client": "approvals", "create_server": "server"}

__all__ = ["Settings", "ask_client", "create_server"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from .needs import needs_mcp

    with needs_mcp():
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
