"""`tools cost`: tokens by form, profile and tool; an estimate is called one."""

from __future__ import annotations

import sys

import bpe_openai
import pytest
from cli_runner import Cli

from segment_toolkit import SegmentToolkit
from segment_toolkit.definitions.cost import PROFILES, compact
from segment_toolkit.definitions.forms import FORMS
from segment_toolkit.registry import Registry


@pytest.fixture
def no_tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bpe_openai", "tiktoken"):
        monkeypatch.setitem(sys.modules, name, None)  # so that importing it fails


def test_the_tables_hold_every_form_profile_and_tool(cli: Cli) -> None:
    cost = cli("tools", "cost")

    rows = [line.split() for line in cost.out.splitlines()]
    assert (cost.code, cost.err) == (0, "")
    assert rows[0] == ["tokens,", "o200k_base", "(bpe-openai)"]
    assert ["form", *PROFILES] in rows
    assert [row[0] for row in rows if row and row[0] in FORMS] == list(FORMS)
    assert [row[0] for row in rows if row and row[0].startswith("SEGMENT_")] == Registry().slugs()


def test_the_counts_are_those_of_the_listing_that_a_request_holds(cli: Cli) -> None:
    forms = cli("tools", "cost", "--json").json["forms"]

    listing = compact(SegmentToolkit().tools.get(tags=["tracking"]))
    assert forms["openai"]["profiles"]["tracking"] == len(bpe_openai.get_encoding("o200k_base").encode(listing))
    assert forms["openai"]["profiles"]["all"] > forms["openai"]["profiles"]["management"]
    assert forms["openai"]["tools"]["SEGMENT_TRACK"] > 100
    assert set(forms) == set(FORMS)


def test_one_form_can_be_chosen(cli: Cli) -> None:
    assert list(cli("tools", "cost", "--form", "mcp", "--json").json["forms"]) == ["mcp"]
    assert cli("tools", "cost", "--form", "morse").code == 2


@pytest.mark.usefixtures("no_tokenizer")
def test_without_a_tokenizer_every_number_is_marked_as_an_estimate(cli: Cli) -> None:
    cost = cli("tools", "cost")
    document = cli("tools", "cost", "--json").json

    numbers = [cell for line in cost.out.splitlines()[2:] for cell in line.split() if cell[-1].isdigit()]
    assert cost.out.startswith("tokens, estimate: bytes / 4\n")
    assert numbers
    assert all(cell.startswith("~") for cell in numbers)
    assert "segment-agent-toolkit[tokens]" in cost.err
    assert document["estimated"] is True
    listing = compact(SegmentToolkit().tools.get())
    assert document["forms"]["openai"]["profiles"]["all"] == -(-len(listing.encode()) // 4)
