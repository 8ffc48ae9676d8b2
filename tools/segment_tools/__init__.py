"""The 17 tools, one file each: the file's name is the slug without `SEGMENT_`, in lower case.

To add a tool, write its file, add its line here, and run `python scripts/update_schemas.py`.
"""

from __future__ import annotations

from typing import Any

from segment_toolkit.tool import Tool

from . import (
    add_labels_to_source,
    alias,
    batch,
    delete_source,
    get_daily_per_source_api_calls_usage,
    get_destination,
    group,
    identify,
    import_historical_data,
    list_connected_warehouses_from_source,
    list_delivery_metrics_summary_from_destination,
    list_schema_settings_in_source,
    page,
    remove_source_write_key,
    screen,
    track,
    update_source,
)

TOOLS: tuple[Tool[Any], ...] = (
    add_labels_to_source.TOOL,
    alias.TOOL,
    batch.TOOL,
    delete_source.TOOL,
    get_daily_per_source_api_calls_usage.TOOL,
    get_destination.TOOL,
    group.TOOL,
    identify.TOOL,
    import_historical_data.TOOL,
    list_connected_warehouses_from_source.TOOL,
    list_delivery_metrics_summary_from_destination.TOOL,
    list_schema_settings_in_source.TOOL,
    page.TOOL,
    remove_source_write_key.TOOL,
    screen.TOOL,
    track.TOOL,
    update_source.TOOL,
)
