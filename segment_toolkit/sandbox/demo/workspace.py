"""What the demo adds to the seeded workspace, as plain data: labels, users, a source, destinations, a warehouse.

References are by slug; ids and secrets are derived where the data is put into a workspace.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True)
class NewLabel:
    """A label of the workspace."""

    key: str
    value: str
    description: str


@dataclass(frozen=True)
class NewSource:
    """A source; `kind` is the slug of its catalog entry, `labels` are pairs of key and value."""

    slug: str
    name: str
    kind: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NewDestination:
    """A destination instance; a filter names it by `name`.

    `secrets` are the settings whose values are to be made up. A destination mapped to consent categories needs
    all of them.
    """

    name: str
    kind: str
    source: str
    settings: Json = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    consent_categories: tuple[str, ...] = ()
    enabled: bool = True


@dataclass(frozen=True)
class NewWarehouse:
    """A warehouse, and the slugs of the sources connected to it."""

    kind: str
    sources: tuple[str, ...]
    settings: Json = field(default_factory=dict)


@dataclass(frozen=True)
class NewUser:
    """A member of the workspace, with the name of their role."""

    name: str
    email: str
    role: str


CONSENT_CATEGORIES = ("functional", "analytics", "advertising")

LABELS = (
    NewLabel("team", "data", "Looks after pipelines and reports"),
    NewLabel("tier", "standard", "Can wait until morning"),
    NewLabel("data", "personal", "Has names and addresses in it"),
)

SOURCES = (
    # Where events that the tracking plan blocked, and violations, are forwarded to.
    NewSource("rejected-events", "Rejected events", "http-api", (("environment", "prod"), ("team", "data"))),
)

DESTINATIONS = (
    NewDestination(
        "Mixpanel (shop)",
        "actions-mixpanel",
        "shop-web",
        secrets=("projectToken", "apiSecret"),
        consent_categories=("analytics",),
    ),
    NewDestination(
        "Google Analytics (shop)",
        "actions-google-analytics-4",
        "shop-web",
        {"measurementId": "G-DEMO000001"},
        ("apiSecret",),
        ("analytics", "advertising"),
    ),
    NewDestination(
        "Braze (web)",
        "actions-braze-cloud",
        "shop-web",
        {"endpoint": "https://braze.example.com"},
        ("api_key",),
        ("advertising",),
    ),
    NewDestination(
        "Braze (app)",
        "actions-braze-cloud",
        "shop-ios",
        {"endpoint": "https://braze.example.com"},
        ("api_key",),
        ("advertising",),
    ),
    NewDestination("Mixpanel (app)", "actions-mixpanel", "shop-ios", {}, ("projectToken",), enabled=False),
    NewDestination("Mixpanel (orders)", "actions-mixpanel", "shop-api", {}, ("projectToken",)),
    # The sandbox's own kind; where it writes to is for whoever starts the sandbox to say.
    NewDestination("Order file", "file", "shop-api"),
)

WAREHOUSES = (NewWarehouse("postgres", ("shop-api",), {"hostname": "reports.example.com", "database": "orders"}),)

USERS = (
    NewUser("Edda Marwick-Thane", "edda@example.com", "Workspace Owner"),
    NewUser("Joris Quillfeather", "joris@example.com", "Source Admin"),
    NewUser("Lale Saltmarsh", "lale@example.com", "Tracking Plan Admin"),
    NewUser("Viggo Ostermoor", "viggo@example.com", "Minimal Workspace Access"),
)
