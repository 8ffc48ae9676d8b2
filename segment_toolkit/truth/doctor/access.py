"""Can Segment be reached with this token, in which region, and do the clocks agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ...credentials import recognised
from ...errors import RegionUnknown, ToolkitError, TransportError, UpstreamError
from ...tool import Request, Response
from ...transport.answers import moment
from ..facts import RegionReport, plain
from ..reading import Reading
from .findings import Check, unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...credentials import Credentials
    from ...transport.regions import Region

#: Beyond this, times that a host puts into events, and windows that are asked for, are noticeably wrong (our choice).
MOST_SKEW = timedelta(seconds=60)


class Workspace(NamedTuple):
    """The check of the token; the answer and when it came, for the clock; whether nobody answered at all."""

    check: Check
    answer: Response | None = None
    at: datetime | None = None
    unreachable: bool = False


def region_check(report: RegionReport, configured: Region | None) -> Check:
    """The region that is configured against the one that the token is of."""
    details = tuple(f"{region} host: {words}" for region, words in (report.hosts or {}).items())
    if report.region is None:
        return Check("region", "skipped", report.reason, report.next_step, details)
    if configured is None:
        says = f"No region is configured. {report.reason}"
        return Check("region", "failed", says, report.next_step, details)
    if configured != report.region:
        says = f"The region configured is '{configured}', but {report.reason[0].lower()}{report.reason[1:]}"
        step = f"{report.next_step} With the other region's host events are lost, though Segment answers 200."
        return Check("region", "failed", says, step, details)
    return Check(
        "region", "ok", f"The region configured is '{configured}', which is right. {report.reason}", "", details
    )


def workspace(credentials: Credentials, now: Callable[[], datetime]) -> Reading[Workspace]:
    """Ask for the token's workspace: the cheapest proof that it works."""
    if not credentials.public_api_token:
        return Workspace(Check("token", "skipped", "There is no Public API token to try.", "Give one."))
    try:
        response = yield Request("GET", "/")
    except RegionUnknown as error:
        return Workspace(Check("token", "failed", error.message, error.hint))
    except TransportError as error:
        if error.code == "rate_limited":  # a host that said so is there
            return Workspace(Check("token", "failed", error.message, error.hint))
        check = Check("token", "failed", error.message, "Check the network, the proxy and the configured URLs.")
        return Workspace(check, unreachable=True)
    except UpstreamError as error:
        return Workspace(_refused(error, credentials.public_api_token))
    except ToolkitError as error:
        return Workspace(unread("token", "The workspace", error))
    found = response.data.get("workspace")
    if not isinstance(found, dict) or not found.get("id"):
        return Workspace(Check("token", "failed", f"{response.host} answered {response.status} without a workspace."))
    says = f"The token works; it is of workspace '{plain(found.get('slug') or found['id'])}'."
    return Workspace(Check("token", "ok", says), response, now())


def clock_check(found: Workspace) -> Check:
    """The local clock against the `Date` of Segment's answer."""
    if found.answer is None or found.at is None:
        return Check("clock", "skipped", "No answer of Segment's to compare the clock with.")
    theirs = moment(found.answer.date or "")
    if theirs is None:
        return Check("clock", "skipped", "Segment's answer has no Date to compare the clock with.")
    skew = found.at - theirs
    if abs(skew) <= MOST_SKEW:
        return Check("clock", "ok", f"This machine's clock agrees with Segment's, within {MOST_SKEW.seconds} s.")
    which = "ahead of" if skew > timedelta() else "behind"
    size = timedelta(seconds=round(abs(skew).total_seconds()))
    says = f"This machine's clock is {size} {which} Segment's: timestamps taken from it are wrong by that."
    return Check(
        "clock", "warning", says, "Set the clock (NTP). Events without a timestamp get Segment's time and are right."
    )


def segments_time(found: Workspace, here: datetime) -> datetime:
    """The time at Segment when it is `here` by this machine's clock. By a wrong one, other days would be looked at."""
    theirs = moment(found.answer.date or "") if found.answer is not None else None
    if theirs is None or found.at is None or abs(found.at - theirs) <= MOST_SKEW:
        return here
    return here - (found.at - theirs)


def _refused(error: UpstreamError, token: str) -> Check:
    if error.status in (401, 403) and not error.unreadable:
        step = "Make a new token in Segment's app, under Access Management; or the region above is wrong."
        if error.status == 403:
            step += (
                " 403 can also mean that the token is right and may not read the workspace: give it a role that may."
            )
        if recognised(token) == "write_key":
            step = f"It has the form of a write key, which is no Public API token. {step}"
        return Check("token", "failed", f"Segment refuses the token: {error.message}", step)
    return Check("token", "failed", error.message, error.hint)
