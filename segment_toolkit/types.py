"""Helpers for writing a connection's `config`, under Composio's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class AuthScheme:
    """The ways to authenticate that Segment offers: one, an API key."""

    def api_key(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """A `config` for `connected_accounts.initiate`: `{"auth_scheme": "API_KEY", "val": {"status": "ACTIVE", ...}}`.

        `options` are the members of `val`: generic_api_key, region, public_api_token, write_key, write_keys.
        """
        return {"auth_scheme": "API_KEY", "val": {"status": "ACTIVE", **options}}


auth_scheme = AuthScheme()
