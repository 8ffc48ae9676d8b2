"""`run`: one tool, with the environment's credentials or on a fresh sandbox. The envelope goes to stdout."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from ..registry import Registry
from .approval import approve_from
from .arguments import from_data, from_pairs
from .exits import CONNECTION, SUCCESSFUL, UNSUCCESSFUL
from .policy_options import policy_of
from .printing import emit, printable, remark
from .slugs import slug_of

if TYPE_CHECKING:
    from ..envelope import Envelope
    from ..toolkit import SegmentToolkit


def command(options: Namespace) -> int:
    registry = Registry()
    slug = slug_of(options.slug, registry.slugs())
    schema = registry.definition(slug).input_parameters
    arguments = from_pairs(options.arguments, schema, from_data(options.data))
    with _toolkit(options) as toolkit:
        envelope = toolkit.tools.execute(slug, arguments, user_id=options.user_id, preview=options.preview)
    emit(envelope, compact=options.json)
    _comment(envelope)
    return _exit_code(envelope)


def _toolkit(options: Namespace) -> SegmentToolkit:
    from ..toolkit import SegmentToolkit

    approve, policy = approve_from(options), policy_of(options)
    if options.sandbox:
        return SegmentToolkit.sandbox(approve=approve, policy=policy, audit=options.audit)
    from ..call.wallet import environment_credentials

    environment_credentials(None)  # a wrong variable is the person's mistake: say so before anything runs
    return SegmentToolkit(approve=approve, policy=policy, audit=options.audit)


def _comment(envelope: Envelope) -> None:
    """Beside the envelope, for the person: what was read otherwise than it was written, and what to do now."""
    for note in envelope.notes:
        remark(printable(f"note: {note}"))
    if envelope.failure is None:
        return
    hint = envelope.failure.hint
    if envelope.failure.code == "refused" and "preview" in envelope.data:
        needed = "override_needed" in envelope.data["preview"]
        hint = f"Approve it when asked, or give {'--override REASON' if needed else '--yes'}."
    if hint:
        remark(printable(f"hint: {hint}"))


def _exit_code(envelope: Envelope) -> int:
    if envelope.successful:
        return SUCCESSFUL
    return CONNECTION if envelope.failure and envelope.failure.code == "network" else UNSUCCESSFUL
