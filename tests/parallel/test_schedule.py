"""Which calls may run at the same time: decided by what they share, before anything is sent."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segment_toolkit.replies.schedule import ALONE, FREE, Keys, keys_of, stages
from segment_toolkit.tool import Tool
from segment_tools import TOOLS

CALLS = st.lists(st.one_of(st.none(), st.frozensets(st.sampled_from("abcde"), max_size=2)), max_size=12)


def tool(slug: str) -> Tool[Any]:
    return next(tool for tool in TOOLS if tool.slug == slug)


def keys(slug: str, arguments: dict[str, Any]) -> Keys:
    return keys_of(tool(slug), tool(slug).arguments.model_validate(arguments))


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([FREE, FREE], [[[0], [1]]], id="two reads"),
        pytest.param([{"u"}, FREE, {"u"}], [[[0, 2], [1]]], id="one person, and a read"),
        pytest.param([{"a"}, {"b"}, {"a", "b"}, {"c"}], [[[0, 1, 2], [3]]], id="an alias"),
        pytest.param([{"a"}, ALONE, {"a"}], [[[0]], [[1]], [[2]]], id="a change of the workspace"),
        pytest.param([ALONE, ALONE], [[[0]], [[1]]], id="two changes"),
    ],
)
def test_calls_are_ordered_by_what_they_share(calls: list[Any], expected: Any) -> None:
    assert stages(calls, most=8) == expected


@given(CALLS)
def test_every_call_runs_once_and_none_that_shares_a_key_or_stands_alone_changes_places(calls: list[Keys]) -> None:
    plan = stages(calls, most=8)

    place = {call: (s, n) for s, stage in enumerate(plan) for n, lane in enumerate(stage) for call in lane}
    assert sorted(call for stage in plan for lane in stage for call in lane) == list(range(len(calls)))
    assert all(a < b for stage in plan for lane in stage for a, b in pairwise(lane))
    for later, second in enumerate(calls):
        for earlier, first in enumerate(calls[:later]):
            if first is ALONE or second is ALONE:
                assert place[earlier][0] < place[later][0]
            elif first & second:
                assert place[earlier] == place[later] or place[earlier][0] < place[later][0]


def test_an_event_is_ordered_by_every_id_it_has() -> None:
    assert keys("SEGMENT_TRACK", {"userId": "u", "anonymousId": "a", "event": "E"}) == {"u", "a"}
    assert keys("SEGMENT_GROUP", {"userId": "u", "groupId": "g"}) == {"u", "g"}
    assert keys("SEGMENT_ALIAS", {"userId": "u", "previousId": "p"}) == {"u", "p"}
    assert keys("SEGMENT_IDENTIFY", {"userId": "u", "messageId": "m"}) == {"u", "m"}


def test_a_batch_is_ordered_by_the_ids_of_all_its_events() -> None:
    events = [{"type": "track", "event": "E", "userId": "a"}, {"type": "identify", "anonymousId": "b"}]

    assert keys("SEGMENT_BATCH", {"batch": events}) == {"a", "b"}


def test_ids_within_free_form_objects_are_the_callers_data() -> None:
    assert keys("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"userId": "x"}}) == {"u"}


def test_only_reads_are_free_and_only_changes_of_the_workspace_stand_alone() -> None:
    found = {tool.slug: keys(tool.slug, tool.example) for tool in TOOLS}

    for slug, of in found.items():
        assert (of == FREE) == (tool(slug).effect.value == "read"), slug
        assert (of is ALONE) == (tool(slug).api is not None and tool(slug).api.value == "public" and of != FREE), slug
