"""Who lets a call run that needs approval: the host, never the model.

approval  `Approval`, the question put to a host's function, and `Override`, its stronger yes
desk      `Approvals`: one-time tokens for calls that wait, granted or denied later
preview   the requests a call would send and what it would affect, with nothing sent but reads
gate      asks, and lets through or refuses

Nothing that a tool call holds can approve it. A host gives `approve`, a function that is asked once for each call and
must return True; or it grants the token of a refused call. Without either, such calls are refused.
"""

from __future__ import annotations

from .approval import Approval, Approve, Override, approve_everything
from .desk import Approvals, PendingApproval

__all__ = ["Approval", "Approvals", "Approve", "Override", "PendingApproval", "approve_everything"]
