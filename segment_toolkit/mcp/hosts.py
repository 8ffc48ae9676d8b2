"""Ready-to-paste configuration for the programs that start MCP servers. No secret is ever written into it.

Each host gets the SEGMENT_* variables in the way that it has: by reference where it expands references, by asking
where it asks, else from a file of the user's own that only this server reads (`--env-file`).

Checked in November 2026 against stored copies of what each project publishes, unless another source is named:
Claude Desktop   modelcontextprotocol.io quickstart (mcpServers: command, args, env); Linux has the file as well
Claude Code      code.claude.com/docs/en/mcp: .mcp.json, type, ${VAR:-default} (an unset ${VAR} stays as it is written)
Cursor           cursor.com/docs/mcp; ${env:NAME} in headers from a third party's page that uses it
VS Code          code.visualstudio.com "MCP configuration reference": servers with a required type, inputs, ${input:id}
Codex            developers.openai.com/codex/mcp: env_vars, url, bearer_token_env_var
Windsurf         docs.windsurf.com/windsurf/cascade/mcp; serverUrl and ${env:NAME} from third parties' pages
Zed              docs/src/ai/mcp.md: context_servers (no more "source"); headers are sent as written (issue 60459)
Gemini CLI       docs/tools/mcp-server.md: $VAR; pull request 13762: url with type "http", httpUrl is deprecated
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COMMAND = "segment-toolkit"
NAME = "segment"
ENV_FILE = "~/.segment-toolkit.env"
VARIABLES = ("SEGMENT_REGION", "SEGMENT_WRITE_KEY", "SEGMENT_PUBLIC_API_TOKEN")
_SECRET = frozenset({"SEGMENT_WRITE_KEY", "SEGMENT_PUBLIC_API_TOKEN"})


@dataclass(frozen=True)
class Wanted:
    """What is to be started: `segment-toolkit mcp` with options, or a server at a URL with a token's variable.

    `variables` are the names that the server reads; none on the sandbox.
    """

    options: Sequence[str] = ()
    variables: Sequence[str] = VARIABLES
    command: str = COMMAND
    url: str | None = None
    token_variable: str | None = None


@dataclass(frozen=True)
class Host:
    """One program: where its configuration is, how it is written, what to do besides.

    `remote`: whether it can be given a server at a URL without its token being written down.
    """

    file: str
    text: Callable[[Wanted], str]
    note: str = ""
    remote: bool = True


def _stdio(wanted: Wanted, reference: Callable[[str], str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"command": wanted.command, "args": ["mcp", *wanted.options]}
    if wanted.variables:
        entry["env"] = {name: reference(name) for name in wanted.variables}
    return entry


def _from_file(wanted: Wanted) -> dict[str, Any]:
    """For hosts that hand over only what is in the configuration, and expand nothing in it."""
    options = ["--env-file", ENV_FILE, *wanted.options] if wanted.variables else [*wanted.options]
    return {"command": wanted.command, "args": ["mcp", *options]}


def _remote(wanted: Wanted, reference: Callable[[str], str], url_key: str = "url") -> dict[str, Any]:
    entry: dict[str, Any] = {url_key: wanted.url}
    if wanted.token_variable:
        entry["headers"] = {"Authorization": f"Bearer {reference(wanted.token_variable)}"}
    return entry


def _servers(key: str, entry: Mapping[str, Any]) -> str:
    return json.dumps({key: {NAME: entry}}, indent=2)


def _referring(
    reference: Callable[[str], str], *, typed: Container[str] = (), url_key: str = "url"
) -> Callable[[Wanted], str]:
    """The `mcpServers` form, with variables written as the host expands them; `typed`: the types that are said."""

    def text(wanted: Wanted) -> str:
        if wanted.url is None:
            kind, entry = "stdio", _stdio(wanted, reference)
        else:
            kind, entry = "http", _remote(wanted, reference, url_key)
        return _servers("mcpServers", {"type": kind, **entry} if kind in typed else entry)

    return text


def _claude_desktop(wanted: Wanted) -> str:
    return _servers("mcpServers", _from_file(wanted))


def _vscode(wanted: Wanted) -> str:
    names = [n for n in (wanted.variables if wanted.url is None else [wanted.token_variable]) if n]
    inputs = [_vscode_input(name) for name in names]

    def reference(name: str) -> str:
        return f"${{input:{_input_id(name)}}}"

    if wanted.url is None:
        entry = {"type": "stdio", **_stdio(wanted, reference)}
    else:
        entry = {"type": "http", **_remote(wanted, reference)}
    return json.dumps({**({"inputs": inputs} if inputs else {}), "servers": {NAME: entry}}, indent=2)


def _vscode_input(name: str) -> dict[str, Any]:
    described = {"type": "promptString", "id": _input_id(name), "description": name}
    return {**described, "password": True} if name in _SECRET or not name.startswith("SEGMENT_") else described


def _input_id(name: str) -> str:
    return name.lower().replace("_", "-")


def _codex(wanted: Wanted) -> str:
    lines = [f"[mcp_servers.{NAME}]"]
    if wanted.url is not None:
        lines.append(f"url = {json.dumps(wanted.url)}")
        if wanted.token_variable:
            lines.append(f"bearer_token_env_var = {json.dumps(wanted.token_variable)}")
    else:
        lines += [f"command = {json.dumps(wanted.command)}", f"args = {json.dumps(['mcp', *wanted.options])}"]
        if wanted.variables:
            lines.append(f"env_vars = {json.dumps(list(wanted.variables))}")
    return "\n".join(lines)


def _zed(wanted: Wanted) -> str:
    return _servers("context_servers", {**_from_file(wanted), "env": {}})


_FILE_NOTE = f"It expands no variables: put NAME=value lines into {ENV_FILE} and run chmod 600 on it."
_ASKS = "VS Code asks for the values once and keeps them encrypted."

HOSTS: Mapping[str, Host] = {
    "claude-desktop": Host(
        "claude_desktop_config.json (Settings, Developer, Edit Config)", _claude_desktop, _FILE_NOTE, remote=False
    ),
    "claude-code": Host(".mcp.json", _referring(lambda name: f"${{{name}:-}}", typed=("stdio", "http"))),
    "cursor": Host(".cursor/mcp.json or ~/.cursor/mcp.json", _referring(lambda name: f"${{env:{name}}}")),
    "vscode": Host(".vscode/mcp.json", _vscode, _ASKS),
    "codex": Host("~/.codex/config.toml", _codex),
    "windsurf": Host(
        "~/.codeium/windsurf/mcp_config.json", _referring(lambda name: f"${{env:{name}}}", url_key="serverUrl")
    ),
    "zed": Host("settings.json (zed: open settings)", _zed, _FILE_NOTE, remote=False),
    "gemini-cli": Host("~/.gemini/settings.json", _referring(lambda name: f"${name}", typed=("http",))),
}
