"""`sandbox`: serve a local Segment until Ctrl+C. Its token and keys are printed on purpose: they are no secrets."""

from __future__ import annotations

import contextlib
import sys
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .exits import CONNECTION, SUCCESSFUL, USAGE, CommandError

if TYPE_CHECKING:
    from ..sandbox import Sandbox


def command(options: Namespace) -> int:
    if find_spec("uvicorn") is None:
        raise CommandError("uvicorn is not installed; install it with: pip install 'segment-agent-toolkit[sandbox]'")
    from ..sandbox.server import serve

    with contextlib.closing(_opened(options)) as box:
        _furnish(box, options)
        try:
            serve(box, host=options.host, port=options.port, json_line=options.json, eu_port=options.eu_port)
        except SystemExit as error:  # how `serve` says that it cannot listen there
            reason = str(error).removeprefix("segment sandbox: ").partition(" (while ")[0]
            message = f"cannot listen on {options.host} port {options.port}: {reason}"
            raise CommandError(message, code=CONNECTION) from None
    return SUCCESSFUL


def _opened(options: Namespace) -> Sandbox:
    from ..sandbox import DeliverySettings, InUse, RateLimits, Sandbox, Unusable

    files = Path(options.files) if options.files else None
    if files is not None and files.exists() and not files.is_dir():
        raise CommandError(f"--files must name a folder, and {files} is none", code=USAGE)
    try:
        return Sandbox(
            region=options.region,
            path=options.db,
            deliveries=DeliverySettings(files=files),
            rate_limits=RateLimits(documented=options.rate_limits),
        )
    except (InUse, Unusable) as error:
        raise CommandError(str(error), code=USAGE) from None


def _furnish(box: Sandbox, options: Namespace) -> None:
    """Add what was asked for and is not in the file yet. Raises CommandError for a workspace of another region."""
    for slug, region in options.workspaces:
        found = box.workspaces.get(slug)
        if found is not None and found.region != region:
            raise CommandError(f"the workspace {slug} is in the other region, {found.region}", code=USAGE)
        if found is None:
            box.add_workspace(slug, region=region)
    if options.demo and not box.has_demo:
        print("Making a year of an online shop; this takes some seconds.", file=sys.stderr, flush=True)
        box.load_demo()
