"""The faults of the matrix: each of the sandbox's kinds, and again with the work done before, where that can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from segment_toolkit.sandbox.faults import FAULTS

#: Seconds for each phase of a request when a server is slow. Others have the default: nothing waits that long.
PATIENCE = 1.0
#: A slow answer takes longer than that, and so does each of the ten pieces of a slow body.
_SLOW = {"slow_answer": 30.0, "slow_body": 300.0}
#: After these no client can tell whether the work was done: the same bytes come, or none do, in both cases.
_TELL_NOTHING = frozenset({
    "server_error", "bad_gateway_html", "html_200", "empty_body", "redirect", "reset_before", "reset_after",
    "slow_answer", "slow_body", "truncated_json", "cut_off",
})  # fmt: skip
#: A redirect is not followed, as credentials would go elsewhere; and it would come again.
_FINAL = frozenset({"redirect"})
#: Faults that may meet a request whose work is done. (A 429 could too, but says that it was not; see docs/faults.md.)
_AFTER = ("server_error", "bad_gateway_html", "html_200", "empty_body", "redirect", "slow_answer")


@dataclass(frozen=True)
class Fault:
    """One column. `order` is what `Sandbox.inject` takes; `tells_nothing`: the wire cannot say what happened.

    `final`: asking again would not help, so that nothing settles it, even if it happens once.
    """

    name: str
    tells_nothing: bool
    final: bool
    patience: float | None = None
    order: Mapping[str, Any] = field(default_factory=dict)


def _fault(kind: str, *, after: bool = False) -> Fault:
    order: dict[str, Any] = {"kind": kind}
    if kind in _SLOW:
        order["seconds"] = _SLOW[kind]
    if after:
        order["after"] = True
    name = f"{kind}, work done" if after else kind
    return Fault(name, kind in _TELL_NOTHING, kind in _FINAL, PATIENCE if kind in _SLOW else None, order)


COLUMNS = (*(_fault(kind) for kind in FAULTS), *(_fault(kind, after=True) for kind in _AFTER))
