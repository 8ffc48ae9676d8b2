"""The golden definitions: one `SEGMENT_*.json` for each tool, derived from its arguments and result models.

They are what a model is shown. Listing the tools reads only these files: no model is built, no tool is imported.
Regenerate them with `python scripts/update_schemas.py`; a test fails when one does not match its tool.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def folder() -> Path:
    """Where the JSON files are."""
    return Path(__file__).parent


def texts() -> dict[str, bytes]:
    """The JSON text of every definition by slug, in order; parse one to get a copy of your own."""
    files = sorted(folder().glob("SEGMENT_*.json"))
    return {file.stem: file.read_bytes() for file in files}


def load() -> list[dict[str, Any]]:
    """All definitions, ordered by slug."""
    return [json.loads(text) for text in texts().values()]
