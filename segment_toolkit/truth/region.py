"""Which region is a Public API token of? Both of Segment's hosts are asked, and nothing is guessed.

A token that works at one host and is refused at the other tells the region of its workspace. Nothing documents how a
host refuses the other region's token: 401 or 403 is likely (assumed). Write keys cannot be probed: both tracking hosts
answer 200 to any key. With a token, their region follows from the workspace that they belong to.
Source: Segment documentation, "Regional Segment"; Public API reference, "Get Workspace".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from ..errors import MissingCredential, ToolkitError, UpstreamError
from ..tool import Request
from .facts import RegionReport, plain
from .reading import Reading

if TYPE_CHECKING:
    from ..credentials import Credentials
    from ..transport.regions import Region

REGIONS: tuple[Region, ...] = ("us", "eu")
_NAMES = {"us": "US", "eu": "EU"}


class _Said(NamedTuple):
    """What a host made of the token."""

    answer: Literal["took it", "refused it", "cannot tell"]
    words: str
    workspace: str | None = None


def probe(credentials: Credentials) -> Reading[RegionReport]:
    """Ask both hosts for the token's workspace. Never raises for what they answer."""
    if not credentials.public_api_token:
        return RegionReport(
            "unknown",
            "There is no Public API token to probe with, and write keys cannot be probed: both regions' hosts "
            "answer 200 to any key.",
            "Give a token, or look the region up in Segment's app, under the workspace's settings.",
        )
    if credentials.public_api_url:
        return RegionReport(
            "unknown",
            "A public_api_url is configured, so Segment's own hosts are not asked: that URL decides, not the region.",
            "Leave public_api_url out to probe Segment's hosts.",
        )
    said: dict[str, _Said] = {}
    for region in REGIONS:
        said[region] = yield from _ask(region)
    return _concluded(said)


def _ask(region: Region) -> Reading[_Said]:
    try:
        response = yield Request("GET", "/", region=region)
    except MissingCredential:
        raise
    except UpstreamError as error:
        # 404 is what a host would say of a workspace that it does not have (assumed).
        if error.status in (401, 403, 404) and not error.unreadable:
            return _Said("refused it", f"answered {error.status}")
        return _Said("cannot tell", error.message)
    except ToolkitError as error:
        return _Said("cannot tell", error.message)
    workspace = response.data.get("workspace")
    if not isinstance(workspace, dict) or not workspace.get("id"):
        return _Said("cannot tell", "answered 200 without a workspace")
    return _Said("took it", "knows the token", plain(workspace.get("slug") or workspace["id"]))


def _concluded(said: dict[str, _Said]) -> RegionReport:
    hosts = {region: answer.words for region, answer in said.items()}
    taken: list[Region] = [region for region in REGIONS if said[region].answer == "took it"]
    unsure: list[Region] = [region for region in REGIONS if said[region].answer == "cannot tell"]
    if len(taken) == 2:
        reason = "Both regions' hosts took the token, which nothing explains: its region is not known."
        return RegionReport("both", reason, "Look the region up in Segment's app.", hosts=hosts)
    if taken:
        return _of(taken[0], said, unsure, hosts)
    if unsure:
        which = " and ".join(f"the {_NAMES[region]} host ({said[region].words.rstrip('.')})" for region in unsure)
        return RegionReport(
            "unknown", f"Nobody can tell: no usable answer from {which}.", "Try again later.", hosts=hosts
        )
    barred = any(answer.words == "answered 403" for answer in said.values())
    more = ", or may not read its workspace" if barred else ""
    reason = f"Neither region's host takes the token: it is wrong, expired or revoked{more}."
    return RegionReport("neither", reason, "Make a new token in Segment's app, under Access Management.", hosts=hosts)


def _of(region: Region, said: dict[str, _Said], unsure: list[Region], hosts: dict[str, str]) -> RegionReport:
    workspace = said[region].workspace
    reason = f"The {_NAMES[region]} host knows the token, of workspace '{workspace}'."
    if unsure:
        reason += f" The {_NAMES[unsure[0]]} host gave no usable answer, which changes nothing of that."
    step = f"Use region='{region}' (SEGMENT_REGION={region}) for this token and for the write keys of its workspace."
    return RegionReport(region, reason, step, region, workspace, hosts)
