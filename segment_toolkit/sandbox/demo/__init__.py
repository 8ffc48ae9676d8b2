"""A year of a believable online shop to fill a sandbox with: its traffic, plan, filters and workspace.

Pure and repeatable: the traffic depends on a seed and an instant, the rest is data.
"""

from __future__ import annotations

from segment_toolkit.sandbox.demo.shop import Moment
from segment_toolkit.sandbox.demo.traffic import shop_traffic

__all__ = ["Moment", "shop_traffic"]
