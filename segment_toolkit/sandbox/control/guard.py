"""Who may steer the sandbox: a client on purpose, not a web page that a browser happens to show.

A page of another site reaches a loopback port in two ways: directly, and then the browser sends Origin with
everything that changes something; or through a name of its own that it re-binds to 127.0.0.1, and then Host is
that name.
"""

from __future__ import annotations

import ipaddress

from segment_toolkit.sandbox.control.answers import Refusal
from segment_toolkit.sandbox.recording import RecordedRequest


def guard(request: RecordedRequest) -> None:
    """Raise Refusal (403) for a request that a browser may have sent for somebody else."""
    if "origin" in request.headers:
        raise Refusal(403, "requests with an Origin header are refused: web pages may not steer the sandbox")
    if not _is_local(request.host):
        raise Refusal(403, "the Host must be localhost or an IP address: any other name may be re-bound by a web page")


def _is_local(host: str) -> bool:
    name = _without_port(host.strip().lower())
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")
