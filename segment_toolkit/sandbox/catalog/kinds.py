"""What a catalog entry is: a kind of source, destination or warehouse, and the settings its instances have.

Source: Public API reference, "Catalog". Which members an entry has is documented; logos and code addresses are ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from segment_toolkit.sandbox.wire import Json

Delivery = Literal["blackhole", "file", "webhook"]

METHODS = ("pageview", "identify", "alias", "track", "group")
PLATFORMS = ("browser", "server", "mobile")

_LOGOS = "https://logos.example.com"


@dataclass(frozen=True)
class Option:
    """A setting that an instance of this kind has; `default` is any JSON value, None when there is none."""

    name: str
    type: str = "string"
    required: bool = False
    description: str = ""
    label: str | None = None
    default: Any = None

    def view(self) -> Json:
        """The option as the Public API shows it."""
        extra = {"defaultValue": self.default, "label": self.label}
        return {
            "name": self.name,
            "type": self.type,
            "required": self.required,
            "description": self.description,
            **{name: value for name, value in extra.items() if value is not None},
        }


@dataclass(frozen=True)
class Kind:
    """What entries of all three catalogs have."""

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

    def missing(self, settings: Json) -> str | None:
        """Name the first required setting that is absent, null or blank; None when all are there."""
        wanting = (option.name for option in self.options if option.required and _blank(settings.get(option.name)))
        return next(wanting, None)


@dataclass(frozen=True)
class WarehouseKind(Kind):
    """A catalog entry for warehouses."""


@dataclass(frozen=True)
class SourceKind(Kind):
    """A catalog entry for sources."""

    category: str = "Server"
    is_cloud_event_source: bool = False

    def view(self) -> Json:
        """The entry as `metadata` of a source shows it."""
        own = {
            "categories": [self.category],
            "isCloudEventSource": self.is_cloud_event_source,
            "status": "PUBLIC",
            "partnerOwned": False,
        }
        return {**super().view(), **own}


@dataclass(frozen=True)
class DestinationKind(Kind):
    """A catalog entry for destinations; its name is the key in an event's `integrations` object."""

    category: str = "Analytics"
    website: str = ""
    delivery: Delivery = "blackhole"
    """How the sandbox delivers: for a real service that is to accept and forget."""
    previous_names: tuple[str, ...] = ()
    methods: tuple[str, ...] = METHODS
    platforms: tuple[str, ...] = PLATFORMS
    takes_filters: bool = True

    def view(self) -> Json:
        """The entry as `metadata` of a destination shows it."""
        own = {
            "status": "PUBLIC",
            "previousNames": list(self.previous_names),
            "categories": [self.category],
            "website": self.website,
            "components": [{"type": "SERVER", "code": f"https://code.example.com/{self.slug}", "owner": "SEGMENT"}],
            "supportedFeatures": {
                "cloudModeInstances": "MULTIPLE",
                "deviceModeInstances": "NONE",
                "replay": True,
            },
            "supportedMethods": {method: method in self.methods for method in METHODS},
            "supportedPlatforms": {platform: platform in self.platforms for platform in PLATFORMS},
            "actions": [],
            "presets": [],
        }
        return {**super().view(), **own}


AnyKind = TypeVar("AnyKind", bound=Kind)


def find(kinds: Iterable[AnyKind], catalog_id: str) -> AnyKind | None:
    """Find a kind by its catalog id."""
    return next((kind for kind in kinds if kind.id == catalog_id), None)


def known(kinds: Iterable[AnyKind], catalog_id: str) -> AnyKind:
    """Find a kind that a record names."""
    return next(kind for kind in kinds if kind.id == catalog_id)


def by_slug(kinds: Iterable[AnyKind], slug: str) -> AnyKind:
    """Find a kind that is known to exist."""
    return next(kind for kind in kinds if kind.slug == slug)


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
