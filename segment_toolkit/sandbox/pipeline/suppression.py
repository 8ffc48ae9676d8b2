"""Suppressed users: whose events Segment takes with a 200 and then forgets.

Source: Segment docs, "User Deletion and Suppression". It is keyed by userId: that an event with only the
anonymousId of a suppressed user passes is assumed, and so are the 200 and that usage does not count it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from types import MappingProxyType

from segment_toolkit.sandbox.wire import Json

#: Regulation types, and whether a user is suppressed once the regulation ran; None leaves it as it was.
SUPPRESSES: Mapping[str, bool | None] = MappingProxyType(
    {
        "SUPPRESS_ONLY": True,
        "SUPPRESS_WITH_DELETE": True,
        "DELETE_ONLY": None,
        "UNSUPPRESS": False,
        # "Internal" ones clear only what Segment itself stores.
        "SUPPRESS_WITH_DELETE_INTERNAL": True,
        "DELETE_INTERNAL": None,
    }
)


def is_suppressed(event: Json, suppressed: Container[str]) -> bool:
    """Tell whether an event is of a suppressed user; `suppressed` holds userIds, over all sources of the workspace."""
    user_id = event.get("userId")
    return isinstance(user_id, str) and user_id in suppressed


def after_regulation(suppressed: frozenset[str], regulation_type: str, user_ids: frozenset[str]) -> frozenset[str]:
    """Return the suppressed users once a regulation has run; an unknown type changes nothing."""
    match SUPPRESSES.get(regulation_type):
        case True:
            return suppressed | user_ids
        case False:
            return suppressed - user_ids
        case None:
            return suppressed
