"""One right call of every tool."""

from __future__ import annotations

from typing import Any

from segment_toolkit.cli.samples import sample
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS


def good_calls(box: Sandbox) -> dict[str, dict[str, Any]]:
    """One call of every tool that the seeded workspace can answer: the tool's own example, on what is there."""
    return {tool.slug: sample(tool.slug, box) for tool in TOOLS}
