"""`mcp`: serve the tools to an MCP host until it hangs up. With stdio, stdout is the protocol's alone."""

from __future__ import annotations

import asyncio
import gc
import os
import re
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..mcp.settings import Names, Settings
from .exits import CONNECTION, SUCCESSFUL, CommandError
from .printing import emit, remark, say

if TYPE_CHECKING:
    from ..mcp.serving import Address
    from ..toolkit import AsyncSegmentToolkit

_REFERENCE = re.compile(r"\$\{.*\}|\$SEGMENT_\w+")


def command(options: Namespace) -> int:
    _check(options)
    try:
        from ..mcp.needs import needs_mcp

        with needs_mcp():
            from ..mcp import serving as _  # noqa: F401 - all that the server needs
    except ImportError as error:
        raise CommandError(str(error)) from None
    asyncio.run(_serve(options))
    return SUCCESSFUL


async def _serve(options: Namespace) -> None:
    from ..mcp.server import create_server
    from ..mcp.serving import serve_http, serve_stdio

    async with _toolkit(options) as toolkit:
        server = create_server(toolkit, settings(options))
        gc.freeze()  # what was imported stays; looking through it again and again costs a tenth of each call
        if not options.http:
            await serve_stdio(server)
            return
        address = _address(options)
        try:
            await serve_http(server, address, lambda url: _announce(url, options))
        except OSError as error:
            reason = str(error.strerror).partition(" (while ")[0]
            message = f"cannot listen on {address.host} port {address.port}: {reason}"
            raise CommandError(message, code=CONNECTION) from None


def _check(options: Namespace) -> None:
    """Refuse options that would be without effect: who gives them believes something that is not so."""
    if not options.http:
        for name in ("host", "port", "token_env", "allowed_host", "allowed_origin"):
            if getattr(options, name) not in (None, []):
                raise CommandError(f"--{name.replace('_', '-')} is of HTTP: give --http as well")
    if options.sandbox and options.env_file:
        raise CommandError("--sandbox takes no credentials: leave --env-file out")


def settings(options: Namespace) -> Settings:
    """What the options decide about the tools."""
    names: Names = "short" if options.short_names else "full" if options.full_names else "default"
    tools = [name.strip() for listed in options.tools or () for name in listed.split(",") if name.strip()]
    return Settings(
        toolsets=tuple(options.toolsets) if options.toolsets else None,
        tools=tuple(tools) or None,
        read_only=options.read_only,
        allow_destructive=options.allow_destructive,
        names=names,
        user_id=options.user_id,
    )


def _toolkit(options: Namespace) -> AsyncSegmentToolkit:
    """On the sandbox a model meets the same questions as on a real workspace."""
    from ..mcp.approvals import ask_client
    from ..toolkit import AsyncSegmentToolkit

    if options.sandbox:
        return AsyncSegmentToolkit.sandbox(approve=ask_client, audit=options.audit)
    from ..call.wallet import environment_credentials

    environ = _given(os.environ)
    if options.env_file:
        from ..mcp.env_file import variables

        environ = {**variables(Path(options.env_file).expanduser()), **environ}
    environment_credentials(environ)  # a wrong variable is the person's mistake: say so before anything runs
    return AsyncSegmentToolkit(approve=ask_client, environ=environ, audit=options.audit)


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """What is set. An empty variable is not, nor one that holds the reference which the host did not expand."""
    return {name: value for name, value in environ.items() if value and not _REFERENCE.fullmatch(value)}


def _address(options: Namespace) -> Address:
    from ..mcp.serving import Address

    token = None
    if options.token_env:
        token = os.environ.get(options.token_env)
        if not token:
            raise CommandError("the environment variable that --token-env names is not set")
    host, port = options.host or "127.0.0.1", 8766 if options.port is None else options.port
    return Address(host, port, token, tuple(options.allowed_host), tuple(options.allowed_origin))


def _announce(url: str, options: Namespace) -> None:
    if options.json:
        emit({"url": url}, compact=True)
    else:
        say(f"MCP server at {url}; Ctrl+C ends it.")
    import sys

    sys.stdout.flush()
    if not options.token_env:
        remark("No token is asked for: every program on this machine can use it.")
