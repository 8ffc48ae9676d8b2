"""The MCP form that costs are counted and snapshots taken of is what the MCP server lists."""

from __future__ import annotations

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.definitions.forms import mcp_tool
from segment_toolkit.registry import Registry

pytest.importorskip("mcp", reason="needs the extra mcp")
catalogue = pytest.importorskip("segment_toolkit.mcp.catalogue")
settings = pytest.importorskip("segment_toolkit.mcp.settings")


def test_the_server_lists_every_tool_in_the_form_of_the_snapshots() -> None:
    tools = catalogue.Catalogue(Registry(), settings.Settings(names="full")).tools

    listed = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]

    assert listed == [mcp_tool(definition) for definition in SegmentToolkit().tools.get_raw_tools()]
