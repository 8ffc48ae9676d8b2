"""Whatever the event, the rules and the settings: laws of enforcement."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox.pipeline.enforcement import NOTHING_BLOCKED, Blocked, enforce
from segment_toolkit.sandbox.pipeline.plan import check_rule, compile_plan
from segment_toolkit.sandbox.pipeline.routing import decide, unknown_integrations
from segment_toolkit.sandbox.pipeline.suppression import is_suppressed
from segment_toolkit.sandbox.schema import open_schema
from tests.sandbox.enforcement.documents import any_settings, documents, events, members, rules

MANY = settings(max_examples=150, deadline=None)
REASONS = {
    *("event_setting", "unplanned", "schema_violation", "unplanned_and_schema_violation", "common_schema_violation"),
}
names = st.frozensets(st.sampled_from(["Order Completed", "email", "\ud800", ""]))
toggles = st.builds(Blocked, names, names, names, names, names)


def without_marks(event: Any) -> Any:
    """An event with no context.protocols, and no context when that is then empty."""
    context = event.get("context")
    if not isinstance(context, dict | None):
        return event
    rest = {name: value for name, value in (context or {}).items() if name != "protocols"}
    return {
        **{name: value for name, value in event.items() if name != "context"},
        **({"context": rest} if rest else {}),
    }


@MANY
@given(event=events, found=rules, chosen=any_settings, plan=st.booleans(), blocked=toggles)
def test_no_event_is_changed_and_blocked_means_with_a_reason(
    event: Any, found: Any, chosen: Any, plan: bool, blocked: Blocked
) -> None:
    before = copy.deepcopy(event)

    verdict = enforce(event, chosen, compile_plan(found) if plan else None, blocked)

    assert event == before
    assert (verdict.event is None) == (verdict.reason in REASONS)
    assert verdict.event is None or verdict.reason is None


@MANY
@given(event=events, found=rules)
def test_with_everything_allowed_nothing_but_marks_changes(event: Any, found: Any) -> None:
    verdict = enforce(event, open_schema(), compile_plan(found), NOTHING_BLOCKED)

    assert verdict.event is not None
    assert without_marks(verdict.event) == without_marks(event)
    assert verdict.violations or verdict.event is event


@MANY
@given(
    kind=st.sampled_from(["track", "identify", "group"]),
    inner=members,
    found=rules,
    chosen=any_settings,
)
def test_what_is_listed_as_omitted_is_gone_and_nothing_else_is(kind: str, inner: Any, found: Any, chosen: Any) -> None:
    container = "properties" if kind == "track" else "traits"
    event = {"type": kind, "event": "Order Completed", container: inner}

    verdict = enforce(event, chosen, compile_plan(found), NOTHING_BLOCKED)

    if verdict.event is None:
        return
    marks = (verdict.event.get("context") or {}).get("protocols", {})
    listed = [*marks.get("omitted", ()), *marks.get("omitted_on_violation", ())]
    left = verdict.event[container]
    assert len(listed) == len(set(listed))
    assert {name for name in inner if name not in left} == {name for name in listed if name in inner}
    assert all(_place(left, path.split(".")) is None for path in listed)


def _place(value: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return "there"


@MANY
@given(rule=documents | rules)
def test_any_rule_is_checked_without_an_exception(rule: Any) -> None:
    given_rules = rule if isinstance(rule, list) else [rule]

    problems = [check_rule(one) for one in given_rules]

    assert all(problem is None or problem.endswith(".") for problem in problems)


@MANY
@given(event=events, categories=st.lists(st.sampled_from(["ads", "\ud800"])))
def test_any_event_is_routed_without_an_exception(event: Any, categories: list[str]) -> None:
    reason = decide(event, "Mixpanel", categories)

    assert reason in (None, "FILTERED_BY_END_USER_CONSENT", "FILTERED_BY_INTEGRATIONS_OBJECT")
    assert all(isinstance(name, str) for name in unknown_integrations(event, {"Mixpanel"}))
    assert is_suppressed(event, {event.get("userId")} if isinstance(event.get("userId"), str) else set()) == isinstance(
        event.get("userId"), str
    )
