"""`mcp config`: how a host starts this server. The configuration goes to stdout, where to put it to stderr."""

from __future__ import annotations

from argparse import Namespace

from ..mcp.hosts import HOSTS, VARIABLES, Wanted
from .exits import SUCCESSFUL, CommandError
from .printing import remark, say

_FLAGS = ("sandbox", "read_only", "allow_destructive", "short_names", "full_names")


def command(options: Namespace) -> int:
    host = HOSTS[options.host_program]
    if options.url and not host.remote:
        raise CommandError(f"{options.host_program} cannot be given a URL and keep its token out of the file")
    wanted = Wanted(
        options=_options(options),
        variables=() if options.sandbox or options.env_file else VARIABLES,
        command=options.start,
        url=options.url,
        token_variable=options.token_env,
    )
    say(host.text(wanted))
    remark(f"Put this into {host.file}.")
    if host.note and wanted.variables:
        remark(host.note)
    return SUCCESSFUL


def _options(options: Namespace) -> list[str]:
    """The options that were given, as the server takes them."""
    found = [f"--{name.replace('_', '-')}" for name in _FLAGS if getattr(options, name)]
    for name, values in (("--toolset", options.toolsets), ("--tools", options.tools)):
        for value in values or ():
            found += [name, value]
    for name, value in (
        ("--user-id", options.user_id),
        ("--audit", options.audit),
        ("--env-file", options.env_file),
    ):
        found += [name, value] if value else []
    return found
