"""`sandbox`: serve a local Segment until Ctrl+C. Its token and keys are printed on purpose: they are no secrets."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec

from .exits import CONNECTION, SUCCESSFUL, CommandError


def command(options: Namespace) -> int:
    if find_spec("uvicorn") is None:
        raise CommandError("uvicorn is not installed; install it with: pip install 'segment-agent-toolkit[sandbox]'")
    from ..sandbox import Sandbox
    from ..sandbox.server import serve

    try:
        serve(Sandbox(region=options.region), host=options.host, port=options.port, json_line=options.json)
    except SystemExit as error:  # how `serve` says that it cannot listen there
        reason = str(error).removeprefix("segment sandbox: ").partition(" (while ")[0]
        raise CommandError(f"cannot listen on {options.host} port {options.port}: {reason}", code=CONNECTION) from None
    return SUCCESSFUL
