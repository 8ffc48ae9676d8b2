"""What there is to connect to: the one toolkit, Segment, and the form that connects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import InvalidParams
from ..names import did_you_mean, quoted

TOOLKIT = "segment"


@dataclass(frozen=True, kw_only=True)
class AuthField:
    """One field of the form; its value goes into `val` of the config under `name`."""

    name: str
    display_name: str
    description: str
    type: Literal["string", "object"] = "string"
    required: bool = False
    is_secret: bool = True


REGION = AuthField(
    name="region",
    display_name="Region",
    description="Where the workspace lives: us (Oregon) or eu (Dublin). A call to the wrong one loses its events.",
    required=True,
    is_secret=False,
)
GENERIC_API_KEY = AuthField(
    name="generic_api_key",
    display_name="API key",
    description="A Public API token (sgp_...) or the write key of a source; which one is told by its form.",
    required=True,
)
PUBLIC_API_TOKEN = AuthField(
    name="public_api_token",
    display_name="Public API token",
    description="Token of the workspace (sgp_...), for the tools that read and change it.",
)
WRITE_KEY = AuthField(
    name="write_key",
    display_name="Write key",
    description="Key of the source that events go to when a call names no other.",
)
WRITE_KEYS = AuthField(
    name="write_keys",
    display_name="Write keys",
    description="Write keys of several sources: an object from source name to key.",
    type="object",
)
INITIATION_FIELDS = (REGION, GENERIC_API_KEY, PUBLIC_API_TOKEN, WRITE_KEY, WRITE_KEYS)

_DESCRIPTION = (
    "Twilio Segment is a customer data platform: it collects events about people from sources "
    "and sends them on to destinations and warehouses."
)


@dataclass(frozen=True)
class Category:
    """A group of toolkits."""

    id: str
    name: str


CATEGORIES = (Category("analytics", "analytics"), Category("marketing-automation", "marketing automation"))


@dataclass(frozen=True, kw_only=True)
class ToolkitMeta:
    """What describes a toolkit, as Composio groups it."""

    description: str
    categories: tuple[Category, ...]
    tools_count: int
    triggers_count: int = 0


@dataclass(frozen=True, kw_only=True)
class AuthDetail:
    """One way to connect: `mode` is the auth scheme, `initiation_fields` what a user is asked for."""

    mode: str = "API_KEY"
    initiation_fields: tuple[AuthField, ...] = INITIATION_FIELDS


@dataclass(frozen=True, kw_only=True)
class Toolkit:
    """A toolkit, by its slug."""

    meta: ToolkitMeta
    slug: str = TOOLKIT
    name: str = "Segment"
    auth_schemes: tuple[str, ...] = ("API_KEY",)
    auth_config_details: tuple[AuthDetail, ...] = (AuthDetail(),)

    @property
    def description(self) -> str:
        """One sentence."""
        return self.meta.description

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of its categories."""
        return tuple(category.name for category in self.meta.categories)

    @property
    def tools_count(self) -> int:
        """How many tools it has."""
        return self.meta.tools_count


def segment(tools_count: int) -> Toolkit:
    """The Segment toolkit."""
    return Toolkit(meta=ToolkitMeta(description=_DESCRIPTION, categories=CATEGORIES, tools_count=tools_count))


def check_toolkit(slug: str) -> None:
    """Raises InvalidParams unless the slug, in any case, is that of the one toolkit there is."""
    if not isinstance(slug, str) or slug.strip().lower() != TOOLKIT:
        near = did_you_mean(slug, [TOOLKIT], 1) if isinstance(slug, str) else ""
        raise InvalidParams(f"No toolkit is called {quoted(slug)}{near or '.'}", hint=f"There is one: '{TOOLKIT}'.")
