"""Destructive tools: the person at the client decides, in both eras of the protocol; the model never."""

from __future__ import annotations

from typing import Any

import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError
from mcp_clients import ERAS, Person, connected, run, yes

from segment_toolkit import Policy
from segment_toolkit.mcp import Settings
from segment_toolkit.sandbox import Sandbox

#: Of the seeded sources: one without traffic, one with.
IDLE, IN_USE = "old-backoffice", "shop-web"


def delete(
    era: str, box: Sandbox, person: Any, settings: Settings | None = None, source: str = IDLE, **options: Any
) -> Any:
    async def work() -> Any:
        async with connected(era, box, settings, person, **options) as client:
            return await client.call_tool("segment_delete_source", {"sourceId": box.sources[source]})

    return run(work)


@pytest.mark.parametrize("era", ERAS)
def test_a_yes_lets_the_tool_run(era: str) -> None:
    box, person = Sandbox(), yes()

    result = delete(era, box, person)

    assert result.is_error is False
    assert IDLE not in box.sources
    assert len(person.asked) == 1
    assert "cannot be undone" in person.asked[0]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "person",
    [Person("decline"), Person("cancel"), Person("accept", {"confirm": False}), Person("accept", {"confirm": "true"})],
    ids=["declined", "cancelled", "accepted without confirming", "a word for yes"],
)
def test_anything_but_a_yes_refuses(era: str, person: Person) -> None:
    box = Sandbox()

    result = delete(era, box, person)

    assert result.is_error is True
    assert IDLE in box.sources


@pytest.mark.parametrize("era", ERAS)
def test_a_client_that_cannot_ask_is_refused_with_a_way_out(era: str) -> None:
    box = Sandbox()

    result = delete(era, box, None)

    assert result.is_error is True
    assert "--allow-destructive" in result.structured_content["error"]
    assert {request.method for request in box.requests} == {"GET"}


@pytest.mark.parametrize("era", ERAS)
def test_the_operator_may_allow_it_without_a_question(era: str) -> None:
    box = Sandbox()

    result = delete(era, box, None, Settings(allow_destructive=True))

    assert result.is_error is False
    assert IDLE not in box.sources


@pytest.mark.parametrize("era", ERAS)
def test_wrong_arguments_are_refused_before_anybody_is_asked(era: str) -> None:
    person = yes()

    async def work() -> Any:
        async with connected(era, person=person) as client:
            return await client.call_tool("segment_delete_source", {"sourceId": ""})

    assert run(work).is_error is True
    assert person.asked == []


@pytest.mark.parametrize("era", ERAS)
def test_the_question_shows_what_will_happen_and_no_write_key(era: str) -> None:
    box, person = Sandbox(), Person("decline")

    async def work() -> Any:
        arguments = {"sourceId": box.sources[IN_USE], "writeKey": box.write_key}
        async with connected(era, box, person=person) as client:
            return await client.call_tool("segment_remove_source_write_key", arguments)

    assert run(work).is_error is True
    assert box.sources[IN_USE] in person.asked[0]
    assert "events_last_7_days" in person.asked[0]
    assert box.write_key not in person.asked[0]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("second", [None, False, "true"], ids=["not answered", "no", "a word for yes"])
def test_a_source_in_use_takes_a_second_yes(era: str, second: Any) -> None:
    box = Sandbox()
    person = Person("accept", {"confirm": True, **({} if second is None else {"override": second})})

    result = delete(era, box, person, source=IN_USE)

    assert result.is_error is True
    assert IN_USE in box.sources


@pytest.mark.parametrize("era", ERAS)
def test_both_yeses_delete_a_source_in_use(era: str) -> None:
    box, person = Sandbox(), Person("accept", {"confirm": True, "override": True})

    result = delete(era, box, person, source=IN_USE)

    assert result.is_error is False
    assert "events in the last 7 days" in person.asked[0]
    assert IN_USE not in box.sources


@pytest.mark.parametrize("era", ERAS)
def test_what_the_operator_allowed_does_not_cover_a_source_in_use(era: str) -> None:
    box, person = Sandbox(), Person("accept", {"confirm": True, "override": True})

    alone = delete(era, box, None, Settings(allow_destructive=True), source=IN_USE)
    asked = delete(era, box, person, Settings(allow_destructive=True), source=IN_USE)

    assert (alone.is_error, asked.is_error) == (True, False)


@pytest.mark.parametrize("era", ERAS)
def test_a_tool_that_the_policy_leaves_out_is_not_listed_and_not_run(era: str) -> None:
    box = Sandbox()

    async def work() -> Any:
        async with connected(era, box, policy=Policy(no_delete=True)) as client:
            listed = [tool.name for tool in (await client.list_tools()).tools]
            with pytest.raises(MCPError):
                await client.call_tool("segment_delete_source", {"sourceId": box.sources[IDLE]})
            return listed

    assert "segment_delete_source" not in run(work)
    assert box.requests == []


class ByHand:
    """The steps of 2026-07-28, made by hand: ask, then call again with what the client claims the answer to be."""

    def __init__(self, box: Sandbox) -> None:
        self.box = box

    async def question(self, client: Any, source: str) -> Any:
        return await client.session.call_tool(
            "segment_delete_source", {"sourceId": self.box.sources[source]}, allow_input_required=True
        )

    async def answer(self, client: Any, source: str, state: str | None) -> Any:
        confirmed = {"confirm": types.ElicitResult(action="accept", content={"confirm": True})}
        return await client.session.call_tool(
            "segment_delete_source", {"sourceId": self.box.sources[source]},
            input_responses=confirmed, request_state=state, allow_input_required=True,
        )  # fmt: skip


def test_an_answer_counts_for_its_own_arguments_only() -> None:
    box = Sandbox()
    by_hand = ByHand(box)

    async def work() -> Any:
        async with connected("auto", box, person=yes()) as client:
            asked = await by_hand.question(client, IDLE)
            await by_hand.answer(client, "shop-ios", asked.request_state)

    with pytest.raises(MCPError, match="requestState"):
        run(work)
    assert "shop-ios" in box.sources


def test_a_forged_state_is_refused() -> None:
    box = Sandbox()

    async def work() -> Any:
        async with connected("auto", box, person=yes()) as client:
            await ByHand(box).answer(client, IDLE, "v1.forged")

    with pytest.raises(MCPError, match="requestState"):
        run(work)
    assert IDLE in box.sources


def test_an_answer_to_no_question_is_refused() -> None:
    box = Sandbox()

    async def work() -> Any:
        async with connected("auto", box, person=yes()) as client:
            return await ByHand(box).answer(client, IDLE, None)

    assert run(work).is_error is True
    assert IDLE in box.sources


def test_an_answer_counts_once() -> None:
    box = Sandbox()
    by_hand = ByHand(box)
    source = box.sources[IDLE]

    async def work() -> Any:
        async with connected("auto", box, person=yes()) as client:
            asked = await by_hand.question(client, IDLE)
            first = await by_hand.answer(client, IDLE, asked.request_state)
            box.reset()
            return first, await by_hand.answer(client, IDLE, asked.request_state)

    first, second = run(work)

    assert (first.is_error, second.is_error) == (False, True)
    assert box.sources[IDLE] == source


def test_an_approve_of_the_hosts_own_decides_instead() -> None:
    box, person, asked = Sandbox(), yes(), []

    result = delete("auto", box, person, approve=lambda question: bool(asked.append(question.tool)))

    assert result.is_error is True
    assert (asked, person.asked) == (["SEGMENT_DELETE_SOURCE"], [])
