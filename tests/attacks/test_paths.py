"""What arrives at Segment, whatever a model writes: the documented paths of each tool, and nothing else."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from segment_toolkit.secrecy.redaction import mask
from segment_toolkit.tool import Tool
from segment_tools import TOOLS
from tests.attacks.attack_words import CLIMBING, URLS
from tests.laws.good_calls import good_calls
from tests.laws.hostile import random_calls

ID = r"[A-Za-z0-9_-]{1,200}"
#: Tool -> what it may ask, and nothing else: method and path, with ids in their places.
TEMPLATES = {
    "SEGMENT_ADD_LABELS_TO_SOURCE": [f"POST /sources/{ID}/labels"],
    "SEGMENT_ALIAS": ["POST /v1/alias"],
    "SEGMENT_BATCH": ["POST /v1/batch", "GET /sources"],
    "SEGMENT_DELETE_SOURCE": [f"DELETE /sources/{ID}"],
    "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE": ["GET /usage/api-calls/sources/daily"],
    "SEGMENT_GET_DESTINATION": [f"GET /destinations/{ID}"],
    "SEGMENT_GROUP": ["POST /v1/group", "GET /sources"],
    "SEGMENT_IDENTIFY": ["POST /v1/identify", "GET /sources"],
    "SEGMENT_IMPORT_HISTORICAL_DATA": ["POST /v1/batch", "GET /sources"],
    "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE": [f"GET /sources/{ID}/connected-warehouses"],
    "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION": [f"GET /destinations/{ID}/delivery-metrics"],
    "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE": [f"GET /sources/{ID}/settings"],
    "SEGMENT_PAGE": ["POST /v1/page", "GET /sources"],
    "SEGMENT_REMOVE_SOURCE_WRITE_KEY": [f"GET /sources/{ID}", f"DELETE /sources/{ID}/writekey/{ID}"],
    "SEGMENT_SCREEN": ["POST /v1/screen", "GET /sources"],
    "SEGMENT_TRACK": ["POST /v1/track", "GET /sources"],
    "SEGMENT_UPDATE_SOURCE": [f"PATCH /sources/{ID}"],
}
#: What a policy, a preview or a check may read besides: never a write.
READS = [rf"GET /(sources|destinations|warehouses|usage|delivery-overview|tracking-plans)(/{ID})*", "GET /"]
SEGMENTS_HOSTS = {
    "api.segment.io", "api.segmentapis.com", "events.eu1.segmentapis.com", "eu1.api.segmentapis.com",
}  # fmt: skip

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)
every_climb = pytest.mark.parametrize("word", CLIMBING.values(), ids=CLIMBING)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a string in the arguments."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(member, (*path, key))


def with_word(arguments: dict[str, Any], path: tuple[Any, ...], word: str) -> dict[str, Any]:
    """The arguments with a word in that place."""
    changed: Any = copy.deepcopy(arguments)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = word
    return changed  # type: ignore[no-any-return]


def complete(tool: Tool[Any], box: Sandbox) -> dict[str, Any]:
    """A right call, with every other string that the tool takes given too."""
    arguments = copy.deepcopy(good_calls(box)[tool.slug])
    for name, node in tool.input_schema["properties"].items():
        if node["type"] == "string" and name not in arguments and "enum" not in node and name != "timezone":
            arguments[name] = "2026-01-31T09:30:00Z" if "ime" in name else box.write_key
    return arguments


def strangers(box: Sandbox, slug: str) -> list[str]:
    """What arrived that this tool has no business with."""
    allowed = TEMPLATES[slug] + READS
    arrived = [(f"{r.method} {r.path}", r.host) for r in box.requests]
    return [
        line
        for line, host in arrived
        if host not in SEGMENTS_HOSTS or not any(re.fullmatch(template, line) for template in allowed)
    ]


def test_every_tool_has_its_templates() -> None:
    assert set(TEMPLATES) == {tool.slug for tool in TOOLS}
    assert not any("regulation" in template for templates in TEMPLATES.values() for template in templates)


@every_tool
@every_climb
def test_a_climbing_word_in_any_place_reaches_no_other_path(
    tool: Tool[Any], word: str, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    arguments = complete(tool, box)
    for place in places(arguments):
        toolkit.tools.execute(tool.slug, with_word(arguments, place, word))

    assert strangers(box, tool.slug) == []


IDS = [
    (tool, name) for tool in TOOLS for name in ("sourceId", "destinationId") if name in tool.input_schema["properties"]
]


@pytest.mark.parametrize(("tool", "name"), IDS, ids=lambda value: getattr(value, "slug", value))
@every_climb
def test_an_id_that_no_id_is_never_leaves_the_process(tool: Tool[Any], name: str, word: str, box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box)

    envelope = toolkit.tools.execute(tool.slug, {**good_calls(box)[tool.slug], name: word})

    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert [problem.path for problem in envelope.failure.problems] == [name]
    assert box.requests == []


@every_climb
def test_a_write_key_that_no_key_is_never_leaves_the_process(word: str, box: Sandbox, toolkit: SegmentToolkit) -> None:
    if word == "...":
        word = "..." * 3  # as a mask of nothing

    for slug in ("SEGMENT_REMOVE_SOURCE_WRITE_KEY", "SEGMENT_TRACK", "SEGMENT_BATCH"):
        envelope = toolkit.tools.execute(slug, {**good_calls(box)[slug], "writeKey": word})

        assert not envelope.successful
    assert {request.method for request in box.requests} <= {"GET"}  # to see whose mask it is


def test_a_masked_key_that_an_answer_makes_climb_is_not_taken(box: Sandbox, toolkit: SegmentToolkit) -> None:
    import json

    key = "AAAA/../../../regulations/1?ZZZZ"
    source = {"id": "s1", "slug": "s", "workspaceId": "w", "enabled": True, "labels": [], "metadata": {}}
    box.inject(status=200, body=json.dumps({"data": {"source": {**source, "writeKeys": [key]}}}))

    toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", {"sourceId": "s1", "writeKey": mask(key)})

    assert strangers(box, "SEGMENT_REMOVE_SOURCE_WRITE_KEY") == []


@every_tool
@pytest.mark.parametrize("word", URLS)
def test_a_url_in_any_place_changes_no_host(tool: Tool[Any], word: str, box: Sandbox, toolkit: SegmentToolkit) -> None:
    arguments = complete(tool, box)
    for place in places(arguments):
        toolkit.tools.execute(tool.slug, with_word(arguments, place, word))
    for name in ("host", "url", "baseUrl", "endpoint", "public_api_url", "trackingUrl", "region"):
        toolkit.tools.execute(tool.slug, {**arguments, name: word})

    assert {request.host for request in box.requests} <= SEGMENTS_HOSTS
    assert strangers(box, tool.slug) == []


def test_thousands_of_hostile_calls_reach_nothing_but_the_templates(box: Sandbox, toolkit: SegmentToolkit) -> None:
    known = {tool.slug for tool in TOOLS}
    wrong: list[str] = []
    reached = 0
    for call in random_calls(3_000, 20260202, box):
        before = len(box.requests)
        envelope = toolkit.provider.execute_tool_call(tool_call=call)
        for request in box.requests[before:]:
            line = f"{request.method} {request.path}"
            reached += 1
            if envelope.tool not in known or not any(re.fullmatch(t, line) for t in TEMPLATES[envelope.tool] + READS):
                wrong.append(line)

    assert wrong == []
    assert reached > 100


@pytest.mark.parametrize("word", [w for w in CLIMBING.values() if w.isprintable()][:12])
def test_on_a_real_connection_too_nothing_else_arrives(word: str, box: Sandbox) -> None:
    with serving(box) as url, SegmentToolkit(
        public_api_token=box.token, write_key=box.write_key, public_api_url=url, tracking_url=url,
        approve=lambda _: True, environ={},
    ) as toolkit:  # fmt: skip
        for tool in TOOLS:
            arguments = good_calls(box)[tool.slug]
            for name in ("sourceId", "destinationId", "writeKey", "userId"):
                if name in tool.input_schema["properties"]:
                    toolkit.tools.execute(tool.slug, {**arguments, name: word})

    assert [r.path for r in box.requests if not r.path.startswith(("/v1/", "/sources", "/destinations"))] == []
    assert [r.path for r in box.requests if "regulations" in r.path or ".." in r.path or "%" in r.path] == []
