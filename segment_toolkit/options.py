"""A toolkit's constructor options, checked where they are given: ours, and Composio's, which need nothing here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .names import did_you_mean, quoted

#: Composio's constructor options that mean nothing without its cloud: taken, so that its code moves over, and unused.
INERT = frozenset({
    "base_url", "environment", "logger", "logging_level", "allow_tracking", "toolkit_versions",
    "file_download_dir", "dangerously_allow_auto_upload_download_files", "sensitive_file_upload_protection",
    "file_upload_path_deny_segments", "file_upload_dirs", "user_api_key", "org_api_key", "org_id", "project_id",
    "disable_api_key",
})  # fmt: skip


def check_options(
    api_key: str | None, given: Mapping[str, Any], accounts: Any, others: Mapping[str, Any], known: frozenset[str]
) -> None:
    """Raises InvalidParams for a value that cannot be right, TypeError for an option that nobody has.

    Only what is given is looked at, and only for that is the code loaded that knows what is right.
    """
    for name in others.keys() - INERT:
        raise TypeError(f"no option called {quoted(name)}{did_you_mean(name, known | INERT, 1)}")
    if not (accounts is None or isinstance(accounts, str | os.PathLike) or hasattr(accounts, "put_account")):
        raise TypeError("accounts must be a path for the SQLite file, or an account store")
    if api_key or given:
        from .wallet import explicit_credentials

        explicit_credentials(api_key, given)
