"""What the server needs and may be missing: said in one line that names the extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

MISSING = "mcp (2.2 or newer) is not installed; install it with: pip install 'segment-agent-toolkit[mcp]'"
_PACKAGES = {"mcp", "mcp_types", "uvicorn"}


@contextmanager
def needs_mcp() -> Iterator[None]:
    """Turns the failing import of the SDK, or of an older one, into an ImportError that says what to install."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] in _PACKAGES:
            raise ImportError(MISSING) from None
        raise
