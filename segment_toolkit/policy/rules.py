"""`Policy`: what a host lets its agents do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from ..errors import InvalidParams, NotPermitted
from ..names import did_you_mean
from .caps import Cap
from .globs import matches_any
from .pii import PiiGuard

Names = Collection[str]
_EFFECTS = ("read", "write", "destructive")
#: Segment's own tools: a name like theirs that is none of them is a slip of the host's.
_OWN = "SEGMENT_"
EVENT_TOOLS = "tracking"


@dataclass(frozen=True)
class PolicyCall:
    """A call that a policy's `check` is asked about. `arguments` are a copy by wire name, and may hold a write key."""

    tool: str
    effect: str
    arguments: Mapping[str, Any] = field(repr=False)
    user_id: str | None


#: True or None lets the call run; a string says why not, in words for the model; anything else refuses it.
Check = Callable[[PolicyCall], Any | Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Frozen. Every rule that is set must let a call through. Names are exact, or hold `*` and `?`.

    read_only: only tools that change nothing.
    tracking_only: only the tools that send events.
    no_delete: no destructive tools.
    allow_tools, deny_tools: by slug. A denied tool is in no list, and is refused.
    allow_sources, deny_sources: by id for management tools; for event tools by the names of `write_keys=`. With
        `allow_sources`, a management tool that names no source is refused.
    allow_labels, deny_labels: "key:value" or "key", of the labels that a call gives and of the source it is for, which
        is read first; where that cannot be read, the call is refused. Event tools name no such source.
    allow_events, deny_events: the names of track events, alone or in a batch. A denied name is denied in any capitals.
    check: a function of the host's, asked about what would run; see `Check`.
    approve: what else needs an approval: slugs, or "write" for every write.
    pii: what to do with personal data in events.
    caps: how much.

    `Policy(...) & Policy(...)` lets through what both do. Raises InvalidParams for what cannot be meant.
    """

    read_only: bool = False
    tracking_only: bool = False
    no_delete: bool = False
    allow_tools: Names | None = None
    deny_tools: Names = ()
    allow_sources: Names | None = None
    deny_sources: Names = ()
    allow_labels: Names | None = None
    deny_labels: Names = ()
    allow_events: Names | None = None
    deny_events: Names = ()
    check: Check | None = None
    approve: Names = ()
    pii: PiiGuard | None = None
    caps: Sequence[Cap] = ()
    also: tuple[Policy, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(each.default, bool) and not isinstance(value, bool):
                raise InvalidParams(f"{each.name} of a Policy is True or False.")
            if each.type in ("Names", "Names | None") and value is not None:
                object.__setattr__(self, each.name, _names(each.name, value))
        if self.check is not None and not callable(self.check):
            raise InvalidParams("check of a Policy is a function.")
        if not isinstance(self.caps, Iterable) or not all(isinstance(cap, Cap) for cap in self.caps):
            raise InvalidParams("caps of a Policy are Cap(...), in a list or a tuple.")
        object.__setattr__(self, "caps", tuple(self.caps))
        if self.pii is not None and not isinstance(self.pii, PiiGuard):
            raise InvalidParams("pii of a Policy is a PiiGuard(...).")

    def __and__(self, other: Policy) -> Policy:
        if not isinstance(other, Policy):
            return NotImplemented
        return replace(self, also=(*self.also, *other.parts))

    @cached_property
    def parts(self) -> tuple[Policy, ...]:
        """The policies that this one is made of, each by itself."""
        return (replace(self, also=()), *self.also) if self.also else (self,)

    def permits(self, slug: str, effect: str, toolset: str) -> bool:
        """Whether the tool may be used at all, whatever its arguments."""
        return all(part._permits(slug, effect, toolset) for part in self.parts)

    def _permits(self, slug: str, effect: str, toolset: str) -> bool:
        if (self.read_only and effect != "read") or (self.no_delete and effect == "destructive"):
            return False
        if self.tracking_only and toolset != EVENT_TOOLS:
            return False
        if matches_any(slug, self.deny_tools):
            return False
        return self.allow_tools is None or matches_any(slug, self.allow_tools)

    def needs_approval(self, slug: str, effect: str) -> bool:
        """Whether the host wants to be asked about this tool; destructive ones are always asked about."""
        named = (name for part in self.parts for name in part.approve)
        return any(effect == name if name in _EFFECTS else matches_any(slug, (name,)) for name in named)

    def check_names(self, known: list[str]) -> None:
        """Raises InvalidParams for a name like those of Segment's tools that is none: it would rule on nothing.

        `DELETE_SOURCE` and `segment_track` are such names too; any other may be that of a tool of the host's own.
        """
        for name in self._tool_names():
            meant = name.upper() if name.upper().startswith(_OWN) else _OWN + name.upper()
            if _matches_one(known, name) or not (name.startswith(_OWN) or _matches_one(known, meant)):
                continue
            near = f"; did you mean {meant!r}?" if _matches_one(known, meant) else did_you_mean(name, known, 1)
            raise InvalidParams(f"The policy names {name!r}, which is no tool{near}")

    def _tool_names(self) -> Iterator[str]:
        for part in self.parts:
            asked = (name for name in part.approve if name not in _EFFECTS)
            yield from (*(part.allow_tools or ()), *part.deny_tools, *asked)


def refused(slug: str) -> NotPermitted:
    """The refusal of a tool that the policy leaves out."""
    return NotPermitted(
        f"{slug} is not allowed by the host's policy; nothing was sent.", hint="Do not try again; tell the user."
    )


def _matches_one(known: list[str], pattern: str) -> bool:
    return any(matches_any(slug, (pattern,)) for slug in known)


def _names(what: str, value: Any) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    names = (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise InvalidParams(f"{what} of a Policy holds names, and none of them is blank.")
    return names
