"""The doctor's round: each check once, in the order in which one needs the other.

Sends    GETs only: / at both regions' hosts, /sources, and for each source that matters its connections, settings and
         delivery counters; /usage and /events/volume
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...errors import ToolkitError
from ...tool import Api, Host, Request
from ..facts import SourceFacts
from ..reading import Listing, Reading, sources
from ..region import probe
from . import access, inventory, setup, traffic
from .findings import Check, Diagnosis, diagnosis, unread
from .usage import Allowance, usage_check

if TYPE_CHECKING:
    from ...credentials import Credentials
    from ...transport.regions import Region

_NEED_TOKEN = ("write keys", "sources", "destinations", "warehouses", "ingest", "schema", "delivery", "usage")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Circumstances:
    """What the doctor is told: names of variables and options, never their values, and what the plan allows."""

    variables: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    allowance: Allowance = field(default_factory=Allowance)
    now: Callable[[], datetime] = _now


def diagnose(credentials: Credentials, told: Circumstances) -> Reading[Diagnosis]:
    """Look at everything. Never raises for what Segment answers."""
    checks = [*_here(told), setup.credentials_check(credentials, told.options)]
    report = yield from probe(credentials)
    checks.append(access.region_check(report, credentials.region))
    rest = _rest(credentials, told)
    checks_, unreachable = yield from rest if report.region is None else _at(report.region, rest)
    return diagnosis([*checks, *checks_], unreachable=unreachable)


def unusable(told: Circumstances, error: ToolkitError) -> Diagnosis:
    """The configuration itself is wrong, so nothing can be asked."""
    return diagnosis([*_here(told), Check("credentials", "failed", error.message, error.hint)])


def _here(told: Circumstances) -> list[Check]:
    return [setup.toolkit_check(), setup.environment_check(told.variables)]


def _rest(credentials: Credentials, told: Circumstances) -> Reading[tuple[list[Check], bool]]:
    found = yield from access.workspace(credentials, told.now)
    checks = [found.check, access.clock_check(found)]
    if found.answer is None:
        return [*checks, *_untold(credentials)], found.unreachable
    try:
        listing = yield from sources()
    except ToolkitError as error:
        return [*checks, *(unread(name, "The sources", error) for name in _NEED_TOKEN)], False
    now = access.segments_time(found, told.now())
    return [*checks, *(yield from _workspace(credentials, told.allowance, listing, now))], False


def _untold(credentials: Credentials) -> list[Check]:
    """What cannot be looked at without a token that works; of keys the form can be seen all the same."""
    why = "The token does not work, so nobody can tell." if credentials.public_api_token else "It needs a token."
    checks = [Check(name, "skipped", why) for name in _NEED_TOKEN]
    if credentials.key_is_doubtful:
        says = "A configured write key has not the form of one (32 letters and digits): it is probably wrong."
        checks[0] = Check("write keys", "warning", says, "Copy it anew from the source's settings.")
    return checks


def _workspace(credentials: Credentials, allowance: Allowance, listing: Listing, now: datetime) -> Reading[list[Check]]:
    keyed = inventory.write_keys(credentials, listing)
    live: tuple[SourceFacts, ...] = tuple(source for source in keyed.sources if source.enabled)
    found = yield from inventory.connections(live)
    return [
        keyed.check,
        inventory.sources_check(keyed, listing),
        inventory.destinations_check(live, found),
        (yield from inventory.warehouses_check(live, found)),
        (yield from traffic.ingest_check(keyed.sources, now)),
        (yield from traffic.schema_check(live, now)),
        (yield from traffic.delivery_check(live, found.destinations, now)),
        (yield from usage_check(allowance, now)),
    ]


def _at(region: Region, flow: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """The flow, asked of that region's host: with a wrong region configured there is still much to say."""
    outcome, error = None, None
    while True:
        try:
            wanted = flow.send(outcome) if error is None else flow.throw(error)
        except StopIteration as done:
            return done.value
        outcome, error = None, None
        if type(wanted) is Request and wanted.api is Api.PUBLIC and wanted.host is Host.ACCOUNT:
            wanted = wanted._replace(region=region)
        try:
            outcome = yield wanted
        except ToolkitError as raised:
            error = raised
