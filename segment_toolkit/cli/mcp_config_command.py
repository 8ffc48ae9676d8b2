"""`mcp config`: how a host starts this server. The configuration goes to stdout, where to put it to stderr."""

from __future__ import annotations

from argparse import Namespace
from shutil import which

from ..mcp.hosts import HOSTS, VARIABLES, Host, Wanted
from .exits import SUCCESSFUL, CommandError
from .printing import remark, say

_FLAGS = ("sandbox", "read_only", "allow_destructive", "short_names", "full_names")


def command(options: Namespace) -> int:
    host = HOSTS[options.host_program]
    given = _options(options)
    if options.url:
        _check_url(options, host, given)
    elif options.token_env:
        raise CommandError("--token-env is of a server that runs already: give its --url as well")
    if options.sandbox and options.env_file:
        raise CommandError("--sandbox takes no credentials: leave --env-file out")
    wanted = Wanted(
        options=given,
        variables=() if options.sandbox or options.env_file else VARIABLES,
        command=options.start,
        url=options.url,
        token_variable=options.token_env,
    )
    say(host.text(wanted))
    remark(f"Put this into {host.file}.")
    if host.note and wanted.variables and not wanted.url:
        remark(host.note)
    if not wanted.url and which(wanted.command) is None:
        remark(f"There is no {wanted.command} on the PATH here: give --command with the whole path.")
    return SUCCESSFUL


def _check_url(options: Namespace, host: Host, given: list[str]) -> None:
    """A server that runs already has its options: to write them down here would promise what nobody keeps."""
    if not host.remote:
        raise CommandError(f"{options.host_program} cannot be given a URL and keep its token out of the file")
    if not options.url.startswith(("http://", "https://")):
        raise CommandError("--url must begin with https:// or http://")
    if given:
        raise CommandError(f"{given[0]} is for starting a server: the one at --url has its own options")


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
