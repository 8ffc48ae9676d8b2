"""Rate limits of both APIs; off unless asked for, so that tests and load meet none by accident.

Sources: Segment docs, "Rate Limits" and "HTTP API", for 1,000 requests a second and workspace and for the headers
`Retry-After` and `X-RateLimit-Reset` in seconds; the notes of the Public API reference for the table. Not documented,
so assumed: how requests are counted (here: windows that open with the first request of a key), one window per
workspace and operation, and no default limit for the other operations of the Public API. Left out: 700 audience
previews a month and space, whose space this module does not know.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

DOCUMENTED_TRACKING_PER_SECOND = 1000.0
_MINUTE_SECONDS = 60.0
_DAY_SECONDS = 86_400.0


class Rate(NamedTuple):
    """So many requests in a window of so many seconds."""

    requests: int
    seconds: float


# Requests a minute to the operations that have this limit, by operation id.
_PER_MINUTE: Mapping[int, str] = {
    2: (
        "getAdvancedSyncScheduleFromWarehouse replaceAdvancedSyncScheduleForWarehouse "
        "listSyncsFromWarehouse listSelectiveSyncsFromWarehouseAndSource listSyncsFromWarehouseAndSource "
        "updateSelectiveSyncForWarehouse"
    ),
    5: (
        "createDestinationSubscription updateSubscriptionForDestination removeSubscriptionFromDestination "
        "createAudiencePreview"
    ),
    10: "createComputedTrait updateComputedTraitForSpace createDbtModelSyncTrigger",
    20: "removeComputedTraitFromSpace createReverseETLManualSync",
    25: (
        "listComputedTraits listAudienceConsumersFromSpaceAndAudience listPropertiesFromEntity "
        "listSampleValuesFromEntityProperty listEntityPaths listEvents listPropertiesFromEvent "
        "listSampleValuesFromEventProperty listTraits listSampleValuesFromTrait"
    ),
    50: (
        "updateActivationForAudience removeActivationFromAudience listDestinationsFromAudience "
        "addDestinationToAudience addActivationToAudience createAudience updateAudienceForSpace "
        "removeAudienceFromSpace addAudienceScheduleToAudience updateAudienceScheduleForAudience "
        "removeAudienceScheduleFromAudience"
    ),
    60: (
        "listSupportedDestinationsFromAudience listActivationsFromAudience getActivationFromAudience "
        "listAudiences getEventsVolumeFromWorkspace replaceUsersInUserGroup removeUsersFromUserGroup "
        "createUserGroup updateUserGroup deleteUserGroup addPermissionsToUserGroup "
        "replacePermissionsForUserGroup addUsersToUserGroup createInvites deleteInvites deleteUsers "
        "addPermissionsToUser replacePermissionsForUser createLabel deleteLabel "
        "replaceMessagingSubscriptionsInSpaces"
    ),
    100: "getAudience getComputedTrait",
    200: "listRulesFromTrackingPlan getConnectionStateFromWarehouse",
    250: "getReverseETLSyncStatus",
    300: "getAudiencePreview",
    600: "createWorkspaceRegulation createCloudSourceRegulation createSourceRegulation",
}

#: Operation id of the Public API to its documented limit.
DOCUMENTED_PUBLIC: Mapping[str, Rate] = {
    **{name: Rate(requests, _MINUTE_SECONDS) for requests, names in _PER_MINUTE.items() for name in names.split()},
    "createDownload": Rate(120, _DAY_SECONDS),
}


class TrackingCalls(NamedTuple):
    """The calls of one workspace to the Tracking API."""

    workspace_id: str


class PublicCalls(NamedTuple):
    """The calls of one workspace to one operation of the Public API, by its operation id."""

    workspace_id: str
    operation: str


Key = TrackingCalls | PublicCalls


@dataclass(frozen=True)
class RateLimits:
    """Which limits hold; none by default. Raises ValueError for a limit that lets nothing through.

    `documented` turns on the documented figures. `tracking_per_second` replaces the one of the Tracking API;
    `public_per_minute` holds for every operation of the Public API, beside a documented one that is lower.
    """

    tracking_per_second: float | None = None
    public_per_minute: int | None = None
    documented: bool = False

    def __post_init__(self) -> None:
        """Refuse limits that are not positive, and infinite ones: None is no limit."""
        for limit in (self.tracking_per_second, self.public_per_minute):
            if limit is not None and not 0 < limit < math.inf:
                raise ValueError("a rate limit must be a positive number, or None for no limit")

    def rate(self, key: Key) -> Rate | None:
        """Return the limit of a key, or None when it has none."""
        return self._tracking() if isinstance(key, TrackingCalls) else self._public(key.operation)

    def _tracking(self) -> Rate | None:
        default = DOCUMENTED_TRACKING_PER_SECOND if self.documented else None
        per_second = default if self.tracking_per_second is None else self.tracking_per_second
        if per_second is None:
            return None
        # 0.5 a second is one in two seconds, 1.5 a second two in 1.33.
        requests = math.ceil(per_second)
        return Rate(requests, requests / per_second)

    def _public(self, operation: str) -> Rate | None:
        documented = DOCUMENTED_PUBLIC.get(operation) if self.documented else None
        if self.public_per_minute is None:
            return documented
        general = Rate(self.public_per_minute, _MINUTE_SECONDS)
        return min(general, documented or general, key=lambda rate: rate.requests / rate.seconds)


@dataclass(frozen=True)
class Refusal:
    """A request over the limit; both figures are whole seconds, at least 1."""

    retry_after_seconds: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """Return the headers of the 429. Assumed: the Public API sends the second one as well."""
        return {"Retry-After": str(self.retry_after_seconds), "X-RateLimit-Reset": str(self.reset_seconds)}


@dataclass
class _Window:
    opened: datetime
    taken: int


class RateLimiter:
    """Counts requests per key in windows. At most `most_keys` windows are kept; the oldest ones go first.

    Forgetting a window lets its key start anew, which a workspace with its some 200 operations never meets.
    """

    def __init__(self, limits: RateLimits, *, most_keys: int = 10_000) -> None:
        self.limits = limits
        self._most_keys = most_keys
        self._windows: OrderedDict[Key, _Window] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Count the windows that are kept."""
        return len(self._windows)

    def clear(self) -> None:
        """Let every window open anew."""
        with self._lock:
            self._windows.clear()

    def take(self, key: Key, now: datetime) -> Refusal | None:
        """Count a request at the time `now`; None when it may pass. A refused request is not counted."""
        rate = self.limits.rate(key)
        if rate is None:
            return None
        with self._lock:
            window = self._windows.get(key)
            age = (now - window.opened).total_seconds() if window else math.inf
            # A clock that was set back opens a new window: nobody should wait for the old time to come again.
            if window is None or not 0 <= age < rate.seconds:
                window = self._open(key, now)
            if window.taken < rate.requests:
                window.taken += 1
                return None
        seconds = max(1, math.ceil(rate.seconds - age))
        return Refusal(retry_after_seconds=seconds, reset_seconds=seconds)

    def _open(self, key: Key, now: datetime) -> _Window:
        window = self._windows[key] = _Window(now, 0)
        self._windows.move_to_end(key)
        if len(self._windows) > self._most_keys:
            self._windows.popitem(last=False)
        return window
