"""Unify in small: identity resolution, profiles, and the Profile API that reads them."""

from segment_toolkit.sandbox.profiles.api import profile_api
from segment_toolkit.sandbox.profiles.identifiers import Identifier
from segment_toolkit.sandbox.profiles.problems import Problem
from segment_toolkit.sandbox.profiles.profile import Profile
from segment_toolkit.sandbox.profiles.profiles import Profiles, Resolution
from segment_toolkit.sandbox.profiles.schema import SCHEMA
from segment_toolkit.sandbox.profiles.settings import BlockedValue, IdentitySettings, Limit

__all__ = [
    "SCHEMA",
    "BlockedValue",
    "Identifier",
    "IdentitySettings",
    "Limit",
    "Problem",
    "Profile",
    "Profiles",
    "Resolution",
    "profile_api",
]
