"""What the host decided once for every call of a toolkit. Each field is a constructor option of the same name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import InvalidParams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .approvals import Approvals, Approve
    from .observe import OpenTelemetry
    from .observe.audit import AuditLog
    from .observe.record import Observer
    from .policy import Policy
    from .reliability.options import Reliability


class Settings(NamedTuple):
    """Light to make: what a setting needs to work is loaded by the first call.

    Args:
        approve: asked before a destructive tool runs; must return True. Without it they are refused.
        approvals: the desk at which refused calls wait for a grant; the toolkit's own by default.
        policy: which tools, sources and data are allowed, and how much. Everything by default.
        preview: writes are shown, not sent.
        reveal_secrets: show write keys and the settings' secrets in answers in full instead of masked, for a host's own
            scripts. Errors and logs show none in any case.
        timeout: seconds for each phase of an attempt: connect, send, read, and waiting for a free connection. Ten, as
            in Segment's Node SDK, leaves time to try again within a call's budget.
        concurrency: how many calls of one reply may wait for Segment at a time; 1 runs them one after another.
        reliability: retries, rate limits, circuit breaker (see `Reliability`).
        audit: an AuditLog, or the path of one (.jsonl, .db or .sqlite): every call is recorded there.
        observers: functions that are given a CallRecord when a call is over.
        opentelemetry: an OpenTelemetry with providers of its own; True for the process's; False for none. By default,
            spans and metrics are made when the process has set an OpenTelemetry SDK up.
        preflight: before an event is sent, read what Segment would do with it: "warn" says so in the envelope,
            "refuse" also refuses an event that would be blocked. Needs a Public API token.
        verify: read back what a write did, and say so in `envelope.verification` and `data.verification`.
    """

    approve: Approve | None = None
    approvals: Approvals | None = None
    policy: Policy | None = None
    preview: bool = False
    reveal_secrets: bool = False
    timeout: float = 10.0
    concurrency: int = 8
    reliability: Reliability | None = None
    audit: AuditLog | None = None
    observers: Sequence[Observer] = ()
    opentelemetry: OpenTelemetry | bool | None = None
    preflight: str | None = None
    verify: bool = False


def taken_from(options: dict[str, Any]) -> Settings:
    """The settings among a constructor's options, which they are taken out of. None means the default.

    Composio's `max_retries` says how often a request is repeated. Raises InvalidParams, and TypeError.
    """
    found = {name: options.pop(name) for name in Settings._fields if name in options}
    max_retries = options.pop("max_retries", None)
    if max_retries is not None or found.get("reliability") is not None:
        from .reliability.options import chosen

        found["reliability"] = chosen(found.get("reliability"), max_retries)
    settings = Settings(**{name: value for name, value in found.items() if value is not None})
    _check_numbers(settings)
    if settings.preflight not in (None, "warn", "refuse"):
        raise InvalidParams("preflight must be 'warn' or 'refuse', or left out.")
    _check_deciders(settings)
    watched = settings.audit is not None or settings.observers or settings.opentelemetry is True
    return _watched(settings) if watched else settings


def _check_deciders(settings: Settings) -> None:
    """Raises TypeError for what could not decide anything: a host should hear of it before the first call."""
    if settings.approve is not None and not callable(settings.approve):
        given = type(settings.approve).__name__
        raise TypeError(f"approve is a function of one Approval, such as approve_everything, not a {given}")
    if settings.approvals is not None:
        from .approvals import Approvals

        if not isinstance(settings.approvals, Approvals):
            raise TypeError(f"approvals is an Approvals(...), not a {type(settings.approvals).__name__}")
    if settings.policy is not None:
        from .policy import Policy

        if not isinstance(settings.policy, Policy):
            raise TypeError(f"policy is a Policy(...), not a {type(settings.policy).__name__}")


def _watched(settings: Settings) -> Settings:
    """The settings with what watches made. Raises InvalidParams for a path, TypeError for an observer, ImportError."""
    from .observe.audit import AuditLog

    if not isinstance(settings.observers, Iterable):
        raise TypeError("observers must be a list of functions")
    for observer in settings.observers:
        if not callable(observer):
            raise TypeError(f"an observer is a function of one CallRecord, not a {type(observer).__name__}")
    audit, telemetry = settings.audit, settings.opentelemetry
    if telemetry is True:
        from .observe.otel import OpenTelemetry

        telemetry = OpenTelemetry()
    made = audit if audit is None or isinstance(audit, AuditLog) else AuditLog(audit)
    return settings._replace(audit=made, opentelemetry=telemetry)


def _check_numbers(settings: Settings) -> None:
    """Raises InvalidParams for a wrong number here, where the host's line is to be seen, and not out of a call."""
    if not (isinstance(settings.timeout, int | float) and 0 < settings.timeout < float("inf")):
        raise InvalidParams("timeout must be a number of seconds, more than 0.")
    if not isinstance(settings.concurrency, int):
        raise InvalidParams("concurrency must be a whole number; 1 runs calls one after another.")
