"""A corner of Segment's catalog: the kinds of source, destination and warehouse the sandbox knows.

The ids, slugs and names are those of Segment's public catalog pages; descriptions and logos are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from segment_toolkit.sandbox.wire import Json

_LOGOS = "https://logos.example.com"


@dataclass(frozen=True)
class Option:
    """A setting that an instance of this kind has."""

    name: str
    type: str = "string"
    required: bool = False
    description: str = ""

    def view(self) -> Json:
        """The option as the Public API shows it."""
        return {
            "name": self.name,
            "type": self.type,
            "required": self.required,
            "description": self.description,
        }


@dataclass(frozen=True)
class _Kind:
    id: str
    name: str
    slug: str
    description: str
    options: tuple[Option, ...] = ()

    def view(self) -> Json:
        """The members that every kind shows."""
        return {
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "description": self.description,
            "logos": {"default": f"{_LOGOS}/{self.slug}.svg", "mark": None, "alt": None},
            "options": [option.view() for option in self.options],
        }


_AnyKind = TypeVar("_AnyKind", bound=_Kind)


@dataclass(frozen=True)
class WarehouseKind(_Kind):
    """A catalog entry for warehouses."""


@dataclass(frozen=True)
class SourceKind(_Kind):
    """A catalog entry for sources."""

    category: str = "Server"

    def view(self) -> Json:
        """The entry as `metadata` of a source shows it."""
        own = {
            "categories": [self.category],
            "isCloudEventSource": False,
            "status": "PUBLIC",
            "partnerOwned": False,
        }
        return {**super().view(), **own}


@dataclass(frozen=True)
class DestinationKind(_Kind):
    """A catalog entry for destinations; its name is the key in an event's `integrations` object."""

    category: str = "Analytics"
    website: str = ""

    def view(self) -> Json:
        """The entry as `metadata` of a destination shows it."""
        own = {
            "status": "PUBLIC",
            "previousNames": [],
            "categories": [self.category],
            "website": self.website,
            "components": [{"type": "SERVER", "code": f"https://code.example.com/{self.slug}", "owner": "SEGMENT"}],
            "supportedFeatures": {
                "cloudModeInstances": "MULTIPLE",
                "deviceModeInstances": "NONE",
                "replay": True,
            },
            "supportedMethods": dict.fromkeys(("pageview", "identify", "alias", "track", "group"), True),
            "supportedPlatforms": {"browser": True, "server": True, "mobile": True},
            "actions": [],
            "presets": [],
        }
        return {**super().view(), **own}


SOURCE_KINDS = (
    SourceKind(
        "IqDTy1TpoU",
        "Javascript",
        "javascript",
        "Events from a website.",
        (Option("websiteUrl", description="Address of the website."),),
        category="Website",
    ),
    SourceKind("iUM16Md8P2", "HTTP API", "http-api", "Events from any server."),
    SourceKind("dZeHygTSD4", "Apple", "apple", "Events from iOS and macOS apps.", category="Mobile"),
    SourceKind("XRksQPCr7X", "Python", "python", "Events from Python servers."),
    SourceKind("U9mT0bPcI6", "Node.js", "node-js", "Events from Node.js servers."),
    SourceKind("yBvi77aEwr", "Go", "go", "Events from Go servers."),
    SourceKind("yMu7LRR59b", "Kotlin", "kotlin", "Events from Android apps.", category="Mobile"),
)

DESTINATION_KINDS = (
    DestinationKind(
        "5f7dd6d21ad74f3842b1fc47",
        "Amplitude (Actions)",
        "actions-amplitude",
        "Product analytics.",
        (Option("apiKey", required=True, description="API key of the Amplitude project."),),
        website="https://amplitude.com",
    ),
    DestinationKind(
        "56748689e954a874ca44ccfb",
        "Slack",
        "slack",
        "Messages in a Slack channel.",
        (Option("webhookUrl", required=True, description="Incoming webhook of the channel."),),
        category="Raw Data",
        website="https://slack.com",
    ),
    DestinationKind(
        "614a3c7d791c91c41bae7599",
        "Webhooks (Actions)",
        "actions-webhook",
        "Events to an HTTP endpoint of yours.",
        (Option("sharedSecret", description="Secret that signs the requests."),),
        category="Raw Data",
        website="https://segment.com",
    ),
)

WAREHOUSE_KINDS = (
    WarehouseKind("55d3d3aea3c", "Postgres", "postgres", "A Postgres database."),
    WarehouseKind("kwX50Df0hr", "BigQuery", "bigquery", "A BigQuery project."),
)


def find_source_kind(catalog_id: str) -> SourceKind | None:
    """Find a source kind by its catalog id."""
    return next((kind for kind in SOURCE_KINDS if kind.id == catalog_id), None)


def by_slug(kinds: Iterable[_AnyKind], slug: str) -> _AnyKind:
    """Find a kind that is known to exist."""
    return next(kind for kind in kinds if kind.slug == slug)
