"""Which tools a policy lets an agent have: one that it denies is in no list, and is refused when it is called."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import Cap, Policy, SegmentToolkit, before_execute, run_agent
from segment_toolkit.errors import InvalidParams, NotPermitted
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS
from tests.laws.good_calls import good_calls
from tests.policy.policy_samples import DELETE, TRACK, UPDATE, is_refused, slugs, track, under

READ = {tool.slug for tool in TOOLS if tool.effect.value == "read"}
DESTRUCTIVE = {tool.slug for tool in TOOLS if tool.effect.value == "destructive"}
EVENTS = {tool.slug for tool in TOOLS if tool.toolset == "tracking"}
ALL = {tool.slug for tool in TOOLS}

POLICIES = {
    "read only": (Policy(read_only=True), READ),
    "tracking only": (Policy(tracking_only=True), EVENTS),
    "no delete": (Policy(no_delete=True), ALL - DESTRUCTIVE),
    "some tools": (Policy(allow_tools=(TRACK, UPDATE)), {TRACK, UPDATE}),
    "tools by a glob": (Policy(allow_tools="SEGMENT_LIST_*"), {slug for slug in ALL if "_LIST_" in slug}),
    "all but some": (
        Policy(deny_tools=(DELETE, "SEGMENT_GET_*")),
        {s for s in ALL if s != DELETE and "_GET_" not in s},
    ),
    "no tools at all": (Policy(allow_tools=()), set()),
    "two policies": (Policy(no_delete=True) & Policy(allow_tools=(DELETE, TRACK)), {TRACK}),
}
each = pytest.mark.parametrize(("policy", "left"), POLICIES.values(), ids=POLICIES)


@each
def test_a_denied_tool_is_in_no_list(policy: Policy, left: set[str], box: Sandbox) -> None:
    toolkit = under(policy, box)

    assert set(slugs(toolkit.tools.get("u"))) == left
    assert set(slugs(toolkit.tools.get("u", tools=sorted(ALL)))) == left
    assert {d.slug for d in toolkit.tools.get_raw_composio_tools()} == left
    assert {d.slug for d in toolkit.tools.get_raw_tools(search="delete a source, track an event")} <= left
    assert set(toolkit.tools.registry.slugs()) == left


@each
def test_a_denied_tool_is_refused_and_nothing_is_sent(policy: Policy, left: set[str], box: Sandbox) -> None:
    toolkit, calls = under(policy, box), good_calls(box)

    for slug in sorted(ALL - left):
        envelope = toolkit.tools.execute(slug, calls[slug])
        assert is_refused(envelope)
        assert "not allowed by the host's policy" in str(envelope.error)

    assert box.requests == []


@pytest.mark.parametrize("arguments", [{}, {"sourceId": 7}, {"confirm": True}, "{", None], ids=repr)
def test_a_denied_tool_is_refused_whatever_its_arguments(box: Sandbox, arguments: Any) -> None:
    seen = []
    toolkit = under(Policy(no_delete=True), box)

    @before_execute
    def look(tool: str, toolkit: str, params: Any) -> Any:
        seen.append(tool)
        return params

    envelope = toolkit.tools.execute(DELETE, arguments, modifiers=[look])

    assert is_refused(envelope)
    assert "not allowed by the host's policy" in str(envelope.error)
    assert seen == []


@each
def test_an_allowed_tool_runs(policy: Policy, left: set[str], box: Sandbox) -> None:
    for slug in sorted(left):
        fresh = Sandbox()
        assert under(policy, fresh).tools.execute(slug, good_calls(fresh)[slug]).successful


def test_a_denied_tool_asked_for_by_name_is_refused_to_the_host(box: Sandbox) -> None:
    with pytest.raises(NotPermitted):
        under(Policy(no_delete=True), box).tools.get_raw_composio_tool_by_slug(DELETE)


def test_the_fingerprint_is_that_of_what_is_listed() -> None:
    everything, some = SegmentToolkit(), SegmentToolkit(policy=Policy(no_delete=True))

    assert everything.fingerprint() != some.fingerprint()
    assert everything.fingerprint(tools=sorted(ALL - DESTRUCTIVE)) == some.fingerprint(tools=sorted(ALL))


def test_a_denied_tool_is_not_suggested(box: Sandbox) -> None:
    envelope = under(Policy(deny_tools=(TRACK,)), box).tools.execute("SEGMENT_TRAK", {})

    assert TRACK not in str(envelope.error)


def test_a_tool_of_the_hosts_own_is_judged_like_the_others(box: Sandbox) -> None:
    toolkit, ran = under(Policy(read_only=True), box), []
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    toolkit.tools.custom_tool(lambda given: ran.append(given), slug="OWN", description="Own.", input_schema=schema)

    assert "OWN" not in slugs(toolkit.tools.get("u"))
    assert is_refused(toolkit.tools.execute("OWN", {"a": "b"}))
    assert ran == []


def test_an_agent_is_not_given_a_denied_tool_and_cannot_call_it(box: Sandbox) -> None:
    source = {"sourceId": box.sources["shop-web"]}
    call = {"id": "c1", "type": "function", "function": {"name": DELETE, "arguments": json.dumps(source)}}
    asked: list[Any] = []

    def model(**request: Any) -> Any:
        asked.append(request)
        message = {"role": "assistant", "tool_calls": [call]} if len(asked) == 1 else {"content": "no"}
        return {"choices": [{"message": message}]}

    run = run_agent(model, "m", [{"role": "user", "content": "go"}], under(Policy(no_delete=True), box))

    assert DELETE not in slugs(asked[0]["tools"])
    assert not run.calls[0].envelope.successful
    assert box.requests == []


@pytest.mark.parametrize("option", ["allow_tools", "deny_tools", "approve"])
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SEGMENT_TRAK", "SEGMENT_TRACK"), ("SEGMENT_X_*", ""), ("DELETE_SOURCE", DELETE), ("delete_source", DELETE),
        ("segment_delete_source", DELETE), ("DELETE_*", "SEGMENT_DELETE_*"), ("Track", TRACK),
    ],
)  # fmt: skip
def test_a_name_like_a_tools_that_is_none_is_the_hosts_mistake(option: str, name: str, meant: str) -> None:
    policy = Policy(**{option: (name,)})  # type: ignore[arg-type]

    with pytest.raises(InvalidParams, match="no tool") as error:
        SegmentToolkit(policy=policy)

    assert meant in str(error.value)


@pytest.mark.parametrize("name", ["FIND_ORDER", "find_*", "*", "*DELETE*", "?EGMENT_TRACK"])
def test_a_name_that_may_be_that_of_a_tool_of_the_hosts_is_none(name: str) -> None:
    assert SegmentToolkit(policy=Policy(deny_tools=(name,), approve=(name, "write", "read")))


@pytest.mark.parametrize(
    "options",
    [
        {"deny_tools": ("",)}, {"allow_sources": (1,)}, {"read_only": "no"}, {"check": "f"}, {"caps": (5,)},
        {"pii": {"email": "hash"}}, {"caps": Cap(calls=1)}, {"caps": 5}, {"approve": True}, {"deny_events": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_policy_that_cannot_be_meant_is_none(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        Policy(**options)


def test_a_policy_cannot_be_changed() -> None:
    policy = Policy(read_only=True)

    with pytest.raises(AttributeError):
        policy.read_only = False  # type: ignore[misc]


def test_a_policy_of_nothing_changes_nothing(box: Sandbox) -> None:
    assert under(Policy(), box).tools.execute(*track()).successful


def test_listing_under_a_policy_builds_no_model_and_loads_no_client() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from segment_toolkit import Cap, PiiGuard, Policy, SegmentToolkit\n"
        "policy = Policy(no_delete=True, pii=PiiGuard({'email': 'hash'}, detect=('card',)), caps=(Cap(calls=1),))\n"
        "assert len(SegmentToolkit(policy=policy).tools.get()) == 15\n"
        "print([m for m in ('pydantic', 'httpx', 'jsonschema', 'logging', 'segment_tools') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_a_definition_says_whether_its_calls_need_an_approval(box: Sandbox) -> None:
    def guarded(policy: Policy | None) -> set[str]:
        definitions = SegmentToolkit.sandbox(box, policy=policy).tools.get_raw_tools()
        return {definition.slug for definition in definitions if definition.needs_approval}

    assert guarded(None) == DESTRUCTIVE
    assert guarded(Policy(approve=(UPDATE,))) == DESTRUCTIVE | {UPDATE}
    assert guarded(Policy(approve="write")) == ALL - READ
    assert guarded(Policy(approve=(TRACK,)) & Policy(no_delete=True)) == {TRACK}
