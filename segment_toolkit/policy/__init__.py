"""What a host lets its agents do, decided before anything is sent; no word of a model's changes it.

rules     `Policy`: which tools, sources, labels and events; what needs an approval; how much
globs     names with `*` in them
pii       `PiiGuard`: personal data denied, hashed or dropped; detect: such data known by its form
guarding  a guard at work on the events of one call
caps      `Cap`: how many calls and events, in a run, for a user, in a time; counters
scopes    what a run is
judge     all of it at work on one call

Nothing here loads pydantic or an HTTP client, but `judge`.
"""

from __future__ import annotations

from .caps import Cap
from .pii import PiiGuard
from .rules import Policy, PolicyCall

__all__ = ["Cap", "PiiGuard", "Policy", "PolicyCall"]
