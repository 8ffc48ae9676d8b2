"""Names of tools that every host has room for."""

from __future__ import annotations

import re

import pytest

from segment_schemas import load
from segment_toolkit.mcp.names import MOST, aliases, listed_name, listed_names
from segment_toolkit.names import folded

SLUGS = [definition["slug"] for definition in load()]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_listed_name_is_short_and_plain(slug: str) -> None:
    name = listed_name(slug, "default")

    assert len(name) <= MOST
    assert re.fullmatch(r"segment_[a-z0-9_]+", name)


def test_no_two_tools_share_a_name() -> None:
    for style in ("default", "short", "full"):
        assert len(listed_names(SLUGS, style)) == len(SLUGS)


def test_a_long_slug_loses_what_it_can_do_without() -> None:
    slug = "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION"

    assert listed_name(slug, "default") == "segment_list_delivery_metrics_summary"


def test_a_slug_with_nothing_to_spare_is_cut() -> None:
    assert listed_name("A" * 64, "default") == "a" * MOST


def test_a_tool_whose_short_name_is_taken_keeps_its_slug() -> None:
    twins = ["A" * 50 + "_ONE", "A" * 50 + "_TWO"]

    assert listed_names(twins, "default") == {"a" * MOST: twins[0], twins[1]: twins[1]}


def test_every_style_of_a_name_means_its_tool() -> None:
    meant = aliases(listed_names(SLUGS, "default"))

    for slug in SLUGS:
        for style in ("default", "short", "full"):
            assert meant[folded(listed_name(slug, style))] == slug
