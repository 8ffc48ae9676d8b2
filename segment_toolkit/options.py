"""A toolkit's constructor options: their types, and their checks where they are given. Composio's need nothing here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict

from .names import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .accounts.store import AccountStore
    from .approvals import Approvals, Approve
    from .observe import OpenTelemetry
    from .observe.audit import AuditLog
    from .observe.record import Observer
    from .policy import Policy
    from .reliability.options import Reliability
    from .reliability.renewal import CredentialsOf

#: Composio's constructor options that mean nothing without its cloud: taken, so that its code moves over, and unused.
INERT = frozenset({
    "base_url", "environment", "logger", "logging_level", "allow_tracking", "toolkit_versions",
    "file_download_dir", "dangerously_allow_auto_upload_download_files", "sensitive_file_upload_protection",
    "file_upload_path_deny_segments", "file_upload_dirs", "user_api_key", "org_api_key", "org_id", "project_id",
    "disable_api_key",
})  # fmt: skip


class Options(TypedDict, total=False):
    """What both toolkits take by keyword; `Parts` and `Settings` say what each means. None means the default."""

    api_key: str | None
    region: str | None
    public_api_token: str | None
    write_key: str | None
    write_keys: Mapping[str, str] | None
    public_api_url: str | None
    tracking_url: str | None
    legacy_url: str | None
    accounts: str | os.PathLike[str] | AccountStore | None
    credentials: CredentialsOf | None
    environ: Mapping[str, str] | None
    approve: Approve | None
    approvals: Approvals | None
    policy: Policy | None
    preview: bool | None
    reveal_secrets: bool | None
    timeout: float | None
    concurrency: int | None
    reliability: Reliability | None
    max_retries: int | None
    audit: AuditLog | str | os.PathLike[str] | None
    observers: Sequence[Observer] | None
    opentelemetry: OpenTelemetry | bool | None
    preflight: str | None
    verify: bool | None


def check_options(accounts: Any, others: Mapping[str, Any], known: frozenset[str]) -> None:
    """Raises TypeError for an option that nobody has, and for accounts that are none."""
    for name in others.keys() - INERT:
        raise TypeError(f"no option called {quoted(name)}{did_you_mean(name, known | INERT, 1)}")
    if not (accounts is None or isinstance(accounts, str | os.PathLike) or hasattr(accounts, "put_account")):
        raise TypeError("accounts must be a path for the SQLite file, or an account store")
