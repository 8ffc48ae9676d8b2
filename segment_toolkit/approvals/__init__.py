"""Who lets a call run that needs approval: the host, never the model.

approval  `Approval`, the question put to a host's function; `Override`, its stronger yes; `PendingApproval`
desk      `Approvals`: one-time tokens for calls that wait, granted or denied later
cases     where calls wait: in memory; `file`, in a SQLite file that several processes share
preview   the requests a call would send and what it would affect, with nothing sent but reads
gate      asks, and lets through or refuses

Nothing that a tool call holds can approve it. A host gives `approve`, a function that is asked once for each call and
must return True; or it grants the token of a refused call. Without either, such calls are refused.
"""

from __future__ import annotations

from .approval import Approval, Approve, Override, PendingApproval, approve_everything
from .desk import Approvals

__all__ = ["Approval", "Approvals", "Approve", "Override", "PendingApproval", "approve_everything"]
