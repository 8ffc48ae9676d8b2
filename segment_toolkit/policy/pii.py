"""`PiiGuard`: what becomes of personal data in events before they are sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..errors import InvalidParams
from ..names import folded
from .detect import KINDS, Kind
from .globs import plain

Action = Literal["deny", "drop", "hash"]
#: Where several rules name a member, the first of these is done.
STRENGTH: tuple[Action, ...] = ("deny", "drop", "hash")
IdAction = Literal["keep", "hash", "deny"]

Path = tuple[str, ...]


@dataclass(frozen=True)
class PiiGuard:
    """Denies, drops or hashes members of an event's traits, properties, context and integrations, at any depth.

    members: what to do with which: `{"email": "hash", "address.*": "drop", "context.ip": "drop", "ssn": "deny"}`.
        A name means every member of that name, however it is capitalised or joined; a dotted path, members inside
        others; `*` any part of a name. "deny" refuses the whole call.
    detect: kinds of values to look for under any name: "email", "card", "phone"; a tuple denies them, a mapping says
        what to do. Event names and page names are looked at too, and denied. See `detect` for what counts.
    ids: what to do with a userId, anonymousId, previousId, groupId or messageId that is an e-mail address, or of a kind
        in `detect`: "keep" it, "hash" it (the same person keeps one id), or "deny" the call.
    key: with it a hash is HMAC-SHA-256 under this key, else SHA-256: of the value without outer blanks, in lower case,
        as 64 hexadecimal digits. Without a key, who can guess a value can check the guess.
    """

    members: Mapping[str, Action] = field(default_factory=dict)
    detect: Mapping[Kind, Action] | Sequence[Kind] = ()
    ids: IdAction = "keep"
    key: str | bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.members, Mapping):
            raise InvalidParams('members of a PiiGuard says what to do with each: {"email": "hash"}.')
        _check("members", self.members.values(), STRENGTH)
        if isinstance(self.detect, str):
            object.__setattr__(self, "detect", (self.detect,))
        if not isinstance(self.detect, Mapping):
            object.__setattr__(self, "detect", dict.fromkeys(self.detect, "deny"))
        _check("detect", self.kinds, tuple(KINDS))
        _check("detect", self.kinds.values(), STRENGTH)
        _check("ids", (self.ids,), ("keep", "hash", "deny"))
        if self.key is not None and not self.key:
            raise InvalidParams("key of a PiiGuard is not empty.")
        object.__setattr__(self, "_rules", [(_pattern(name), action) for name, action in self.members.items()])

    @property
    def kinds(self) -> Mapping[Kind, Action]:
        """What to look for, and what to do with it."""
        return self.detect  # type: ignore[return-value]

    def action_for(self, path: Path) -> Action | None:
        """What to do with the member at this path, which starts at the event."""
        steps = tuple(name_form(part) for step in path for part in step.split("."))
        rules: list[tuple[tuple[re.Pattern[str], ...], Action]] = self._rules  # type: ignore[attr-defined]
        asked = {action for pattern, action in rules if _ends_with(steps, pattern)}
        return next((action for action in STRENGTH if action in asked), None)

    def hashed(self, value: Any) -> Any:
        """The hash of a value; of an object or a list, with every value in it hashed."""
        if isinstance(value, dict):
            return {name: self.hashed(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.hashed(item) for item in value]
        if value is None:
            return None
        text = (value if isinstance(value, str) else json.dumps(value)).strip().lower().encode()
        if self.key is None:
            return hashlib.sha256(text).hexdigest()
        key = self.key.encode() if isinstance(self.key, str) else self.key
        return hmac.new(key, text, "sha256").hexdigest()


def name_form(name: str) -> str:
    """One form of the spellings of a name: `E-Mail`, `e_mail` and `email` are one."""
    return folded(plain(name)).replace(" ", "")


def _pattern(name: str) -> tuple[re.Pattern[str], ...]:
    steps = name.split(".") if isinstance(name, str) else []
    if not steps or not all(step.strip() for step in steps):
        raise InvalidParams("members of a PiiGuard are named as email, address.street or *_token.")
    return tuple(_step(step) for step in steps)


def _step(step: str) -> re.Pattern[str]:
    parts = (re.escape(name_form(part)) for part in re.split(r"\*+", step))
    return re.compile(".*".join(parts).replace(r"\?", "."), re.DOTALL)


def _ends_with(steps: Path, pattern: tuple[re.Pattern[str], ...]) -> bool:
    last = steps[-len(pattern) :]
    return len(last) == len(pattern) and all(p.fullmatch(s) for p, s in zip(pattern, last, strict=True))


def _check(what: str, given: Any, known: Sequence[str]) -> None:
    if any(value not in known for value in given):
        raise InvalidParams(f"{what} of a PiiGuard takes {', '.join(known)}.")
