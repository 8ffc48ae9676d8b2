"""`tools`: the listing, and one tool as a person, a model or a program reads it."""

from __future__ import annotations

import json

import pytest
from cli_runner import Cli

import segment_schemas
from segment_toolkit.definitions.forms import FORMS, wrapper
from segment_toolkit.providers.openai import OpenAIProvider
from segment_toolkit.registry import Registry
from segment_tools import TOOLS


@pytest.mark.parametrize("words", [("tools",), ("tools", "list")], ids=["bare", "list"])
def test_the_listing_holds_every_tool_with_its_effect_and_arguments(cli: Cli, words: tuple[str, ...]) -> None:
    listing = cli(*words)

    assert listing.code == 0
    rows = [line.split() for line in listing.out.splitlines() if line.startswith("SEGMENT_")]
    assert [row[0] for row in rows] == Registry().slugs()
    assert next(row for row in rows if row[0] == "SEGMENT_DELETE_SOURCE") == [
        "SEGMENT_DELETE_SOURCE", "destructive", "sourceId*",
    ]  # fmt: skip
    assert next(row for row in rows if row[0] == "SEGMENT_TRACK")[2:5] == ["event*", "userId", "anonymousId"]


def test_the_listing_as_json_is_one_array_of_objects(cli: Cli) -> None:
    listing = cli("tools", "--json")

    assert listing.out.count("\n") == 1
    track = next(tool for tool in listing.json if tool["slug"] == "SEGMENT_TRACK")
    assert set(track) == {"slug", "title", "description", "effect", "tags", "required", "optional"}
    assert (track["effect"], track["required"]) == ("write", ["event"])
    assert "userId" in track["optional"]


@pytest.mark.parametrize(
    "words",
    [("--json", "tools"), ("tools", "--json"), ("tools", "list", "--json"), ("tools", "--json", "list")],
    ids=" ".join,
)
def test_json_may_be_asked_for_anywhere(cli: Cli, words: tuple[str, ...]) -> None:
    assert len(cli(*words).json) == len(TOOLS)


@pytest.mark.parametrize("words", [("tools",), ("tools", "list")], ids=["bare", "list"])
def test_a_tag_and_a_search_narrow_the_listing(cli: Cli, words: tuple[str, ...]) -> None:
    destructive = cli(*words, "--tag", "destructive", "--json").json
    two_tags = cli(*words, "--tag", "destructive", "--tag", "usage", "--json").json
    both = cli(*words, "--tag", "destructive", "--search", "write key", "--json").json

    assert [tool["slug"] for tool in destructive] == ["SEGMENT_DELETE_SOURCE", "SEGMENT_REMOVE_SOURCE_WRITE_KEY"]
    assert len(two_tags) == 3
    assert both[0]["slug"] == "SEGMENT_REMOVE_SOURCE_WRITE_KEY"


def test_a_search_that_finds_nothing_says_so_and_is_no_mistake(cli: Cli) -> None:
    found = cli("tools", "--search", "zzz", "--json")

    assert (found.code, found.json, found.err) == (0, [], "no tool matches\n")


def test_a_tag_that_no_tool_has_is_a_mistake(cli: Cli) -> None:
    listing = cli("tools", "--tag", "sauces")

    assert (listing.code, listing.out) == (2, "")
    assert "sources" in listing.err


@pytest.mark.parametrize("name", ["SEGMENT_TRACK", "segment_track", "track", "Track", "segment-track"])
def test_a_tool_answers_to_any_spelling_of_its_name(cli: Cli, name: str) -> None:
    assert cli("tools", "show", name, "--json").json["slug"] == "SEGMENT_TRACK"


def test_a_tool_is_shown_as_text_by_default(cli: Cli) -> None:
    shown = cli("tools", "show", "add_labels_to_source")

    assert shown.code == 0
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0] == ["SEGMENT_ADD_LABELS_TO_SOURCE", "write"]
    assert ["labels*", "array", "of", "objects", "Existing", "labels"] in lines
    assert ["key*", "string", "e.g.", "environment"] in lines


def test_closed_sets_and_bounds_are_shown(cli: Cli) -> None:
    metrics = cli("tools", "show", "list_delivery_metrics_summary_from_destination").out
    usage = cli("tools", "show", "get_daily_per_source_api_calls_usage").out

    assert "one of MINUTE, HOUR, DAY" in metrics
    assert "integer 1 to 1000" in usage


@pytest.mark.parametrize("slug", Registry().slugs())
def test_the_formats_are_the_definition_and_the_providers_form_of_it(cli: Cli, slug: str) -> None:
    definition = Registry().definition(slug)

    assert cli("tools", "show", slug, "--format", "json").json == json.loads(segment_schemas.texts()[slug])
    assert cli("tools", "show", slug, "--format", "openai").json == OpenAIProvider().wrap_tool(definition)
    assert cli("tools", "show", slug, "--strict").json == OpenAIProvider(strict=True).wrap_tool(definition)


@pytest.mark.parametrize("form", FORMS)
def test_a_tool_is_shown_as_any_vendor_is_sent_it(cli: Cli, form: str) -> None:
    assert cli("tools", "show", "track", "--format", form).json == wrapper(form)(Registry().definition("SEGMENT_TRACK"))


def test_strict_goes_with_a_function_definition_only(cli: Cli) -> None:
    assert cli("tools", "show", "track", "--format", "json", "--strict").code == 2


def test_an_unknown_tool_is_a_mistake_and_the_nearest_is_named(cli: Cli) -> None:
    shown = cli("tools", "show", "segment_trak")

    assert (shown.code, shown.out) == (2, "")
    assert shown.err == "segment-toolkit: there is no tool called 'segment_trak'; did you mean SEGMENT_TRACK?\n"


def test_a_secret_given_as_a_name_is_not_repeated(cli: Cli) -> None:
    secret = "sgp_" + "a" * 30

    assert secret not in cli("tools", "show", secret).err


@pytest.mark.parametrize(
    "words", [("tools", "--no-delete"), ("tools", "list", "--no-delete"), ("tools", "--no-delete", "list")]
)
def test_options_leave_tools_out(cli: Cli, words: tuple[str, ...]) -> None:
    listed = cli(*words, "--json")

    assert "destructive" not in {tool["effect"] for tool in listed.json}
    assert {tool["effect"] for tool in listed.json} == {"read", "write"}
