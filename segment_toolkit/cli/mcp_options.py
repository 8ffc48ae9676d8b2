"""The options of `mcp` and `mcp config`: the same ones, as the second writes down how to start the first."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

#: As `mcp.hosts.HOSTS`, which is not loaded to show a help text.
HOSTS = ("claude-desktop", "claude-code", "cursor", "vscode", "codex", "windsurf", "zed", "gemini-cli")


def add_mcp(
    commands: Any,
    json_option: argparse.ArgumentParser,
    parser_class: type[argparse.ArgumentParser],
    port: Callable[[str], int],
) -> None:
    """Add the command to the others."""
    served, written = parser_class(add_help=False), parser_class(add_help=False, argument_default=argparse.SUPPRESS)
    for parent in (served, written):
        _add_offer(parent)
    _add_http(served, port)
    mcp = commands.add_parser(
        "mcp", parents=[json_option, served], allow_abbrev=False, help="serve the tools to MCP hosts, on stdio or HTTP"
    )
    mcp.set_defaults(module="mcp_command", host_program=None)
    actions = mcp.add_subparsers(metavar="config", parser_class=parser_class)
    config = actions.add_parser(
        "config", parents=[written], allow_abbrev=False, help="print the configuration of a host, ready to paste"
    )
    config.set_defaults(module="mcp_config_command")
    config.add_argument("host_program", metavar="HOST", choices=HOSTS, help=", ".join(HOSTS))
    config.add_argument("--command", dest="start", default="segment-toolkit", help="default: %(default)s")
    config.add_argument("--url", default=None, help="of a server that runs already, as `mcp --http` prints it")
    config.add_argument("--token-env", metavar="NAME", default=None, help="the variable with that server's token")


def _add_offer(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--sandbox", action="store_true", help="on a fresh local Segment, in this process")
    add("--toolset", action="append", metavar="NAME", dest="toolsets", help="only this toolset, e.g. tracking; repeat")
    add("--tools", action="append", metavar="NAME,...", help="only these tools; repeat")
    add("--read-only", action="store_true", help="only tools that change nothing")
    add("--allow-destructive", action="store_true", help="run what cannot be undone without asking the user")
    names = parser.add_mutually_exclusive_group()
    names.add_argument("--short-names", action="store_true", help="list track, not segment_track; calls may use either")
    names.add_argument("--full-names", action="store_true", help="list SEGMENT_TRACK, not segment_track")
    add("--user-id", metavar="ID", help="your own user's id, not Segment's userId")
    add("--audit", metavar="FILE", help="record every call there: .jsonl, .db or .sqlite")
    add("--env-file", metavar="PATH", help="read SEGMENT_* variables from this file, which only you may open")


def _add_http(parser: argparse.ArgumentParser, port: Callable[[str], int]) -> None:
    add = parser.add_argument
    add("--http", action="store_true", help="serve streamable HTTP at /mcp instead of stdio")
    add("--host", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=port, help="port to listen on, 0 for a free one (default: 8766)")
    add("--token-env", metavar="NAME", help="ask for the bearer token that this environment variable holds")
    add("--allowed-host", action="append", default=[], metavar="NAME", help="name in the Host header; repeat")
    add("--allowed-origin", action="append", default=[], metavar="URL", help="Origin of a web page; repeat")
