"""What is here: the toolkit, the environment's variables, the credentials. Nothing is asked of Segment."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..._version import __version__
from ...names import nearest, quoted
from .findings import Check

if TYPE_CHECKING:
    from ...credentials import Credentials

VARIABLES = (
    "SEGMENT_REGION", "SEGMENT_PUBLIC_API_TOKEN", "SEGMENT_WRITE_KEY", "SEGMENT_PUBLIC_API_URL",
    "SEGMENT_TRACKING_URL", "SEGMENT_LEGACY_URL", "SEGMENT_TOOLKIT_SECRET_KEY",
)  # fmt: skip
#: The extra, and a module that comes with it.
_EXTRAS = (
    ("mcp", "mcp"), ("sandbox", "uvicorn"), ("accounts", "cryptography"), ("tokens", "bpe_openai"),
    ("openai", "openai"), ("anthropic", "anthropic"), ("gemini", "google.genai"), ("otel", "opentelemetry"),
)  # fmt: skip


def toolkit_check() -> Check:
    """Which version runs, and which optional extras are installed."""
    extras = [name for name, module in _EXTRAS if _is_installed(module)]
    found = f"extras found: {', '.join(extras)}" if extras else "no optional extra is installed"
    return Check(
        "toolkit", "ok", f"segment-agent-toolkit {__version__} on Python {platform.python_version()}; {found}."
    )


def environment_check(names: Iterable[str]) -> Check:
    """Which SEGMENT_ variables there are, by name, and those that look like ours and are not."""
    found = sorted(name for name in names if name.startswith("SEGMENT_"))
    strange = [name for name in found if name not in VARIABLES]
    known = [name for name in found if name in VARIABLES]
    says = f"Found {', '.join(known)}." if known else "No SEGMENT_ variable of the toolkit's is set."
    meant = [(name, nearest(name, VARIABLES, 1)) for name in strange]
    guesses = [f"{quoted(name)} is not read; {near[0]} is" for name, near in meant if near and near[0] not in found]
    if guesses:
        return Check("environment", "warning", says, "Rename what is misspelt.", tuple(guesses))
    return Check("environment", "ok", says)


def credentials_check(credentials: Credentials, options: Iterable[str]) -> Check:
    """Which parts the calls run with; by name and number only."""
    keys = len(set(filter(None, (credentials.write_key, *credentials.write_keys.values()))))
    held = [
        *(["a Public API token"] if credentials.public_api_token else []),
        *([f"{keys} write key{'s' * (keys > 1)}"] if keys else []),
        f"region {credentials.region}" if credentials.region else "no region",
        *(name for name in ("public_api_url", "tracking_url", "legacy_url") if getattr(credentials, name)),
    ]
    given = sorted(options)
    details = (f"constructor options given: {', '.join(given)}",) if given else ()
    says = f"Calls run with {', '.join(held)}."
    if not credentials.has_secret:
        step = "Set SEGMENT_PUBLIC_API_TOKEN and SEGMENT_WRITE_KEY, or give them to the toolkit, or connect an account."
        return Check("credentials", "failed", "No token and no write key is configured.", step, details)
    if not credentials.public_api_token:
        step = "Without a Public API token nearly nothing below can be looked at: give one to know more."
        return Check("credentials", "warning", says, step, details)
    return Check("credentials", "ok", says, "", details)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
