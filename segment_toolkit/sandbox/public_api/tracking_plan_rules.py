"""The rules of a tracking plan: list, replace, update, remove.

Type, key and version together are the identity of a rule (assumed; COMMON, GROUP and IDENTIFY rules have no key).
Source: Public API reference, "Tracking Plans" (200 rules for each request).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from segment_toolkit.sandbox.instants import format_instant
from segment_toolkit.sandbox.pipeline.plan import RULE_TYPES, check_rule
from segment_toolkit.sandbox.public_api.call import Call, optional, required
from segment_toolkit.sandbox.public_api.errors import ApiError, invalid
from segment_toolkit.sandbox.public_api.lookup import tracking_plan_in
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.pages import page
from segment_toolkit.sandbox.public_api.tracking_plans import put_plan
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace

_MAX_RULES = 200
_KEYLESS = ("COMMON", "GROUP", "IDENTIFY")

Identity = tuple[str, str, int]


def list_rules(workspace: Workspace, call: Call) -> Json:
    """GET /tracking-plans/{id}/rules."""
    return page(call, "rules", tracking_plan_in(workspace, call).rules)


def replace_rules(workspace: Workspace, call: Call) -> Json:
    """PUT /tracking-plans/{id}/rules: the given rules and no others.

    A rule that was there keeps its creation time, and one that is given twice is refused (both assumed).
    """
    plan, now = tracking_plan_in(workspace, call), format_instant(workspace.clock())
    before, after = _by_identity(plan.rules), dict[Identity, Json]()
    for index, given in enumerate(_given(call)):
        identity = _identity(given)
        if identity in after:
            raise _faulty(index, "has the type, key and version of an earlier one.")
        after[identity] = _rule(given, identity, before.get(identity), now)
    put_plan(workspace, replace(plan, rules=tuple(after.values())))
    return {"status": "SUCCESS"}


def update_rules(workspace: Workspace, call: Call) -> Json:
    """PATCH /tracking-plans/{id}/rules: change the rules that are there, add the others.

    `newKey` renames a rule, in the given version only (assumed); a rule that is not there yet gets it as its key.
    """
    plan, now = tracking_plan_in(workspace, call), format_instant(workspace.clock())
    rules = _by_identity(plan.rules)
    for index, given in enumerate(_given(call)):
        old = _identity(given)
        new = _renamed(old, given, index)
        if new != old and new in rules:
            raise _faulty(index, "has a 'newKey' that another rule has as its key.")
        rule = _rule(given, new, rules.get(old), now)
        # The rule stays in its place: a plan is shown in the order it was made.
        rules = {new if key == old else key: value for key, value in rules.items()} if new != old else rules
        rules[new] = rule
    put_plan(workspace, replace(plan, rules=tuple(rules.values())))
    return {"status": "SUCCESS"}


def remove_rules(workspace: Workspace, call: Call) -> Json:
    """DELETE /tracking-plans/{id}/rules ? rules[] of `{type, key?, version}`. 422 for an unknown one (assumed)."""
    plan = tracking_plan_in(workspace, call)
    asked = call.objects_argument("rules")
    if asked is None:
        raise invalid("'rules' is required, an array of objects with type, version and key.", field="rules")
    _check_number(asked)
    rules = _by_identity(plan.rules)
    for index, given in enumerate(asked):
        if rules.pop(_asked_identity(given, index), None) is None:
            raise _faulty(index, "is not in the tracking plan.")
    put_plan(workspace, replace(plan, rules=tuple(rules.values())))
    return {"status": "SUCCESS"}


def _given(call: Call) -> list[Json]:
    """Return the rules of a body, each of them checked."""
    rules = required(call.body(), "rules", list)
    _check_number(rules)
    for index, rule in enumerate(rules):
        problem = check_rule(rule)
        if problem is not None:
            raise invalid(f"Rule {index}: {problem}", field=f"rules.{index}")
    return rules


def _check_number(rules: list[Any]) -> None:
    if len(rules) > _MAX_RULES:
        raise invalid(f"A request takes at most {_MAX_RULES} rules; send the others in further ones.", field="rules")


def _by_identity(rules: Iterable[Json]) -> dict[Identity, Json]:
    return {_identity(rule): rule for rule in rules}


def _identity(rule: Json) -> Identity:
    """Return the identity of a checked rule."""
    kind = rule["type"]
    return kind, "" if kind in _KEYLESS else rule.get("key") or "", int(rule["version"])


def _renamed(identity: Identity, given: Json, index: int) -> Identity:
    new_key = optional(given, "newKey", str)
    if new_key is None:
        return identity
    if identity[0] in _KEYLESS:
        raise _faulty(index, f"must not have a 'newKey': rules of type {identity[0]} have no key.")
    return identity[0], new_key, identity[2]


def _rule(given: Json, identity: Identity, before: Json | None, now: str) -> Json:
    kind, key, version = identity
    keyed = {"key": key} if key else {}
    created = now if before is None else before["createdAt"]
    schema = given["jsonSchema"]
    return {"type": kind, **keyed, "version": version, "jsonSchema": schema, "createdAt": created, "updatedAt": now}


def _asked_identity(given: Json, index: int) -> Identity:
    """Read the identity of a rule in a query, where a version may be text."""
    kind, key, version = given.get("type"), given.get("key"), str(given.get("version"))[:20]
    if kind not in RULE_TYPES:
        raise _faulty(index, f"must have a 'type' that is one of {', '.join(RULE_TYPES)}.")
    if not re.fullmatch(r"[0-9]{1,18}(\.0)?", version):
        raise _faulty(index, "must have a 'version' that is a whole number.")
    if not isinstance(key, str | None):
        raise _faulty(index, "must have a 'key' that is a string.")
    return kind, "" if kind in _KEYLESS else key or "", int(version.removesuffix(".0"))


def _faulty(index: int, fault: str) -> ApiError:
    return invalid(f"Rule {index} {fault}", field=f"rules.{index}")


OPERATIONS = (
    Operation("GET", "/tracking-plans/{tracking_plan_id}/rules", list_rules),
    Operation("PUT", "/tracking-plans/{tracking_plan_id}/rules", replace_rules),
    Operation("PATCH", "/tracking-plans/{tracking_plan_id}/rules", update_rules),
    Operation("DELETE", "/tracking-plans/{tracking_plan_id}/rules", remove_rules),
)
