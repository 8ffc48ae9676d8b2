"""What a model is shown: valid, portable to every vendor, truthful, small, and always the same."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import bpe_openai
import jsonschema
import pytest

import segment_schemas
import segment_tools
from segment_toolkit import OpenAIProvider, SegmentToolkit
from segment_toolkit.definitions.cost import compact
from segment_toolkit.definitions.forms import FORMS, listed, wrapper
from segment_toolkit.definitions.lint import PORTABLE_WORDS, RESERVED_NAMES, lint
from segment_toolkit.tool import Effect, Tool
from segment_tools import TOOLS

from .schemas import nodes, property_names
from .test_contract import PUBLISHED

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)

SLUGS = {tool.slug for tool in TOOLS}
SNAPSHOTS = Path(__file__).parents[1] / "snapshots" / "forms"
#: Form -> tokens that the 17 published tools may cost together, in o200k_base. Raise one only on purpose.
TOKEN_BUDGETS = dict.fromkeys(FORMS, 2_920) | {
    "openai-strict": 4_350,
    "openai-responses-strict": 4_300,
    "mcp": 7_700,  # with output schemas
}
MOST_DESCRIPTION_CHARACTERS = 1_024
TOOL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
PROPERTY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
#: The words of OpenAI's strict mode that ours may use.
STRICT_WORDS = {"type", "enum", "description", "properties", "required", "items", "additionalProperties", "anyOf"}

#: A tool, and those that a model may take for it: its description must name them.
NAMED_ALTERNATIVES = {
    "SEGMENT_IDENTIFY": {"SEGMENT_ALIAS", "SEGMENT_GROUP", "SEGMENT_TRACK"},
    "SEGMENT_ALIAS": {"SEGMENT_GROUP", "SEGMENT_IDENTIFY"},
    "SEGMENT_GROUP": {"SEGMENT_ALIAS", "SEGMENT_IDENTIFY"},
    "SEGMENT_PAGE": {"SEGMENT_SCREEN", "SEGMENT_TRACK"},
    "SEGMENT_SCREEN": {"SEGMENT_PAGE", "SEGMENT_TRACK"},
    "SEGMENT_TRACK": {"SEGMENT_BATCH", "SEGMENT_IMPORT_HISTORICAL_DATA", "SEGMENT_PAGE", "SEGMENT_SCREEN"},
    "SEGMENT_BATCH": {"SEGMENT_IMPORT_HISTORICAL_DATA", "SEGMENT_TRACK"},
    "SEGMENT_IMPORT_HISTORICAL_DATA": {"SEGMENT_BATCH", "SEGMENT_TRACK"},
    "SEGMENT_DELETE_SOURCE": {"SEGMENT_REMOVE_SOURCE_WRITE_KEY", "SEGMENT_UPDATE_SOURCE"},
    "SEGMENT_REMOVE_SOURCE_WRITE_KEY": {"SEGMENT_DELETE_SOURCE"},
    "SEGMENT_GET_DESTINATION": {"SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION"},
    "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION": {"SEGMENT_GET_DESTINATION"},
}

#: effect -> (readOnlyHint, destructiveHint)
HINTS = {Effect.READ: (True, False), Effect.WRITE: (False, False), Effect.DESTRUCTIVE: (False, True)}


def loose_tools() -> list[dict[str, Any]]:
    return SegmentToolkit().tools.get()


def strict_tools() -> list[dict[str, Any]]:
    return SegmentToolkit(OpenAIProvider(strict=True)).tools.get()


# Files


@every_tool
def test_the_golden_file_is_the_tools_definition(tool: Tool[Any]) -> None:
    golden = json.loads(segment_schemas.texts()[tool.slug])

    assert golden == tool.definition(), "run python scripts/update_schemas.py"


@every_tool
def test_the_golden_file_names_its_own_tool(tool: Tool[Any]) -> None:
    file = Path(segment_schemas.folder(), f"{tool.slug}.json")

    assert json.loads(file.read_text("utf-8"))["slug"] == tool.slug


def test_there_is_no_golden_file_without_a_tool() -> None:
    files = {file.stem for file in Path(segment_schemas.folder()).glob("*.json")}

    assert files == SLUGS


@every_tool
def test_the_tools_module_is_named_after_its_slug(tool: Tool[Any]) -> None:
    module = getattr(segment_tools, tool.slug.removeprefix("SEGMENT_").lower())

    assert module.TOOL is tool


def test_every_public_module_of_the_tools_is_in_the_tuple() -> None:
    modules = {file.stem for file in Path(segment_tools.__path__[0]).glob("*.py") if not file.stem.startswith("_")}

    assert modules == {tool.slug.removeprefix("SEGMENT_").lower() for tool in TOOLS}


# Schemas


@every_tool
@pytest.mark.parametrize("which", ["input_schema", "output_schema"])
def test_a_schema_is_valid_json_schema(tool: Tool[Any], which: str) -> None:
    schema = tool.definition()[which]

    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("slug", sorted(SLUGS))
def test_every_vendor_and_framework_takes_the_definition(slug: str) -> None:
    found = lint(SegmentToolkit().tools.get_raw_tool_by_slug(slug))

    assert [str(finding) for finding in found] == []


@every_tool
@pytest.mark.parametrize("which", ["input_schema", "output_schema"])
def test_a_schema_uses_only_words_that_every_vendor_takes(tool: Tool[Any], which: str) -> None:
    schema = tool.definition()[which]

    assert schema["type"] == "object"
    assert {path: node.keys() - PORTABLE_WORDS for path, node in nodes(schema) if node.keys() - PORTABLE_WORDS} == {}


@every_tool
@pytest.mark.parametrize("which", ["input_schema", "output_schema"])
def test_every_node_has_one_type(tool: Tool[Any], which: str) -> None:
    schema = tool.definition()[which]

    assert [path for path, node in nodes(schema) if not isinstance(node.get("type"), str)] == []


@every_tool
def test_every_argument_is_described_nested_ones_too(tool: Tool[Any]) -> None:
    below_the_root = [(path, node) for path, node in nodes(tool.input_schema) if path != "$"]

    assert [path for path, node in below_the_root if not node.get("description", "").strip()] == []


@every_tool
def test_every_member_of_the_answer_is_described(tool: Tool[Any]) -> None:
    members = [(path, node) for path, node in nodes(tool.definition()["output_schema"]) if path[-2:] not in ("$", "[]")]

    assert [path for path, node in members if path != "$" and not node.get("description", "").strip()] == []


@every_tool
@pytest.mark.parametrize("which", ["input_schema", "output_schema"])
def test_an_enum_holds_different_strings(tool: Tool[Any], which: str) -> None:
    enums = {path: node for path, node in nodes(tool.definition()[which]) if "enum" in node}

    for path, node in enums.items():
        assert node["type"] == "string", path
        assert all(isinstance(value, str) and value for value in node["enum"]), path
        assert len(set(node["enum"])) == len(node["enum"]), path


@every_tool
@pytest.mark.parametrize("which", ["input_schema", "output_schema"])
def test_what_is_required_exists(tool: Tool[Any], which: str) -> None:
    objects = [node for _, node in nodes(tool.definition()[which]) if "properties" in node]

    assert [node["required"] for node in objects if not set(node["required"]) <= set(node["properties"])] == []


@every_tool
def test_arguments_take_no_unknown_member_and_free_form_objects_take_any(tool: Tool[Any]) -> None:
    objects = [(path, node) for path, node in nodes(tool.input_schema) if node["type"] == "object"]

    assert {path: node["additionalProperties"] for path, node in objects} == {
        path: "properties" not in node for path, node in objects
    }


@every_tool
def test_arguments_nest_at_most_three_deep(tool: Tool[Any]) -> None:
    depths = [path.count(".") + path.count("[]") for path, _ in nodes(tool.input_schema)]

    assert max(depths) <= 3


@every_tool
def test_names_fit_every_vendor_and_framework(tool: Tool[Any]) -> None:
    names = set(property_names(tool.input_schema))

    assert TOOL_NAME.fullmatch(tool.slug)
    assert [name for name in names if not PROPERTY_NAME.fullmatch(name)] == []
    assert names & RESERVED_NAMES == set()


# Texts


@every_tool
def test_a_description_fits_every_vendor(tool: Tool[Any]) -> None:
    texts = [tool.description, *(node.get("description", "") for _, node in nodes(tool.input_schema))]

    assert len(tool.description) >= 40
    assert max(map(len, texts)) <= MOST_DESCRIPTION_CHARACTERS


@every_tool
def test_every_tool_that_a_description_names_exists(tool: Tool[Any]) -> None:
    named = set(re.findall(r"SEGMENT_[A-Z_]+", json.dumps(tool.definition())))

    assert named <= SLUGS
    assert set(re.findall(r"SEGMENT_[A-Z_]+", tool.description)) <= SLUGS - {tool.slug}


@pytest.mark.parametrize("slug", NAMED_ALTERNATIVES)
def test_tools_that_are_easily_confused_name_each_other(slug: str) -> None:
    [tool] = [tool for tool in TOOLS if tool.slug == slug]

    assert set(re.findall(r"SEGMENT_[A-Z_]+", tool.description)) >= NAMED_ALTERNATIVES[slug]


@every_tool
def test_what_cannot_be_undone_says_so_in_its_first_two_sentences(tool: Tool[Any]) -> None:
    opening = ". ".join(tool.description.split(". ")[:2])

    assert tool.effect is not Effect.DESTRUCTIVE or "irreversible" in opening


@every_tool
def test_hints_follow_from_the_effect(tool: Tool[Any]) -> None:
    hints = tool.definition()["hints"]

    assert (hints["readOnlyHint"], hints["destructiveHint"]) == HINTS[tool.effect]
    assert hints["idempotentHint"] or not hints["readOnlyHint"]
    assert tool.definition()["effect"] == tool.effect.value


# The listing


@pytest.mark.parametrize("form", FORMS)
def test_the_published_tools_together_stay_within_the_token_budget_of_every_form(form: str) -> None:
    published = SegmentToolkit().tools.get_raw_tools(tools=sorted(PUBLISHED))

    tokens = len(bpe_openai.get_encoding("o200k_base").encode(compact(listed(form, published))))

    assert tokens <= TOKEN_BUDGETS[form]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_every_tool_is_as_it_was_reviewed(form: str) -> None:
    reviewed = json.loads((SNAPSHOTS / f"{form}.json").read_text("utf-8"))

    shown = [wrapper(form)(tool) for tool in SegmentToolkit().tools.get_raw_tools()]

    assert shown == reviewed, "if it should change: python scripts/update_schemas.py, and review what it wrote"


def test_every_snapshot_is_of_a_form_and_the_script_sees_no_difference() -> None:
    script = SNAPSHOTS.parents[2] / "scripts" / "update_schemas.py"

    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, timeout=60)

    assert {file.stem for file in SNAPSHOTS.iterdir()} == set(FORMS)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_order_is_stable_so_that_prompt_caches_hold() -> None:
    names = [tool["function"]["name"] for tool in loose_tools()]

    assert names == sorted(SLUGS)
    assert names == [tool["function"]["name"] for tool in strict_tools()]


def test_two_listings_are_equal_to_the_byte() -> None:
    assert json.dumps(loose_tools()) == json.dumps(loose_tools())
    assert json.dumps(strict_tools()) == json.dumps(strict_tools())


@pytest.mark.parametrize("provider", [OpenAIProvider(), OpenAIProvider(strict=True)], ids=["loose", "strict"])
def test_what_a_caller_does_to_a_listing_does_not_change_the_next(provider: OpenAIProvider) -> None:
    toolkit = SegmentToolkit(provider)
    before = json.dumps(toolkit.tools.get())

    for tool in toolkit.tools.get():
        deface(tool)

    assert json.dumps(toolkit.tools.get()) == before
    assert json.dumps(SegmentToolkit(provider).tools.get()) == before


def test_what_a_caller_does_to_a_definition_does_not_change_the_next() -> None:
    toolkit = SegmentToolkit()
    before = repr(toolkit.tools.get_raw_composio_tools())

    for definition in toolkit.tools.get_raw_composio_tools():
        deface(definition.input_parameters)
        deface(definition.output_parameters)
        definition.tags.clear()
        definition.hints.clear()
        definition.toolkit.slug = "defaced"

    assert repr(toolkit.tools.get_raw_composio_tools()) == before


def deface(value: Any) -> None:
    """Spoil every object and array within."""
    for member in list(value.values()) if isinstance(value, dict) else list(value):
        if isinstance(member, dict | list):
            deface(member)
    value.clear()


@every_tool
def test_the_loose_form_leaves_nothing_out_that_a_model_needs(tool: Tool[Any]) -> None:
    [shown] = SegmentToolkit().tools.get(tools=[tool.slug])

    kept = {path: node.get("description") for path, node in nodes(shown["function"]["parameters"])}

    assert kept == {path: node.get("description") for path, node in nodes(tool.input_schema)}


# The strict form


@pytest.mark.parametrize("tool", strict_tools(), ids=lambda tool: tool["function"]["name"])
def test_the_strict_form_obeys_openais_rules_on_every_object(tool: dict[str, Any]) -> None:
    parameters = tool["function"]["parameters"]

    assert tool["function"]["strict"] is True
    assert parameters["type"] == "object"
    jsonschema.Draft202012Validator.check_schema(parameters)
    for path, node in nodes(parameters):
        assert node.keys() <= STRICT_WORDS, path
        assert ("type" in node) != ("anyOf" in node), path
        if node.get("type") == "object":
            assert node["additionalProperties"] is False, path
            assert list(node["properties"]) == node["required"], path


@pytest.mark.parametrize("tool", strict_tools(), ids=lambda tool: tool["function"]["name"])
def test_the_strict_form_has_unions_with_null_only(tool: dict[str, Any]) -> None:
    unions = [node["anyOf"] for _, node in nodes(tool["function"]["parameters"]) if "anyOf" in node]

    assert [union for union in unions if len(union) != 2 or union[1] != {"type": "null"}] == []


@every_tool
def test_the_strict_form_keeps_every_name_and_lets_null_stand_for_what_is_optional(tool: Tool[Any]) -> None:
    [shown] = SegmentToolkit(OpenAIProvider(strict=True)).tools.get(tools=[tool.slug])

    members = shown["function"]["parameters"]["properties"]

    assert list(members) == list(tool.input_schema["properties"])
    assert {name for name, node in members.items() if "anyOf" not in node} == set(tool.input_schema["required"])
