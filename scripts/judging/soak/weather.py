"""The mix of faults: every kind of the sandbox at once, each with its own dice."""

from __future__ import annotations

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.faults import FAULTS

#: How likely each kind meets a request. Some 25 of 100 requests meet one of the 14.
LIKELIHOOD = 0.02
#: Longer than any client waits. In process nobody does: the transport knows the client's patience.
_SLOW_SECONDS = 600.0
_SLOW = frozenset({"slow_answer", "slow_body"})
#: The answer stays readable under these: they force nobody to ask again.
HARMLESS = frozenset({"wrong_content_type"})


def brew(box: Sandbox, seed: int, likelihood: float = LIKELIHOOD) -> None:
    """Let it begin: the same requests in the same order meet the same faults."""
    for number, kind in enumerate(FAULTS):
        slow = {"seconds": _SLOW_SECONDS} if kind in _SLOW else {}
        box.inject(kind=kind, probability=likelihood, seed=seed * 1_000 + number, path="/v1/", **slow)  # type: ignore[arg-type]


def played(box: Sandbox) -> dict[str, int]:
    """Kind to how often it was played."""
    return {fault.fault.kind or "": fault.played for fault in box.faults}
