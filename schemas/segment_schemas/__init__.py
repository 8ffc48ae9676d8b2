"""The golden definitions: one `SEGMENT_*.json` for each tool, derived from its arguments and result models.

They are what a model is shown. Listing the tools reads only these files: no model is built, no tool is imported.
Regenerate them with `python scripts/update_schemas.py`; a test fails when one does not match its tool.
"""

from __future__ import annotations

import json
import os
from typing import Any


def folder() -> str:
    """Where the JSON files are. A str: importing pathlib costs more than reading the files."""
    return os.path.dirname(__file__)


def texts() -> dict[str, bytes]:
    """The JSON text of every definition by slug, in order; parse one to get a copy of your own."""
    names = sorted(name for name in os.listdir(folder()) if name.startswith("SEGMENT_") and name.endswith(".json"))
    return {name.removesuffix(".json"): _read(os.path.join(folder(), name)) for name in names}


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def load() -> list[dict[str, Any]]:
    """All definitions, ordered by slug."""
    return [json.loads(text) for text in texts().values()]
