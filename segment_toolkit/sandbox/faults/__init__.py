"""Faults on demand: the next matching requests get another answer, or none.

A fault is ordered (`order`), waits in a list until a request matches and its dice agree (`pending`), and is
played (`play`) on whatever carries the answer (`line`). Its kinds are in `kinds`.
"""

from segment_toolkit.sandbox.faults.fault import ErrorToRaise, Fault, Unusable, as_error
from segment_toolkit.sandbox.faults.kinds import FAULTS
from segment_toolkit.sandbox.faults.order import Order
from segment_toolkit.sandbox.faults.pending import ActiveFault, Faults

__all__ = ["FAULTS", "ActiveFault", "ErrorToRaise", "Fault", "Faults", "Order", "Unusable", "as_error"]
