"""What an envelope says about the outcome of a write, in the only words that a model sees."""

from __future__ import annotations

import json
from enum import Enum

from segment_toolkit import Envelope


class Said(Enum):
    """What a caller must believe."""

    DONE = "done"
    NOT_DONE = "not done"
    UNKNOWN = "unknown"


def said(envelope: Envelope) -> Said:
    """`unknown` counts only when the text or the receipts say so: a model reads nothing else.

    Only for calls that sent something: an unknown argument is not an unknown outcome.
    """
    if envelope.successful:
        return Said.DONE
    told = f"{envelope.error} {json.dumps(envelope.data)}".lower()
    return Said.UNKNOWN if "unknown" in told else Said.NOT_DONE


def code(envelope: Envelope) -> str:
    """`ok`, or the code of the failure."""
    return "ok" if envelope.failure is None else envelope.failure.code
