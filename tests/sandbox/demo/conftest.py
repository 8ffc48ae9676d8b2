"""A year of a small shop, made once for all tests that only read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from segment_toolkit.sandbox.demo import Moment, shop_traffic
from segment_toolkit.sandbox.demo.mistakes import named
from segment_toolkit.sandbox.wire import Json

UNTIL = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def year() -> list[Moment]:
    """Everything that arrived in the year, of 500 customers."""
    return list(shop_traffic("acme", UNTIL, customers=500))


@pytest.fixture(scope="session")
def good(year: list[Moment]) -> list[Moment]:
    """What arrived without a mistake in it, and once."""
    return [
        moment for moment, (_, mistake) in zip(year, named(each.message for each in year), strict=True) if not mistake
    ]


@pytest.fixture(scope="session")
def orders(good: list[Moment]) -> list[Json]:
    """The good Order Completed messages."""
    return [moment.message for moment in good if moment.message.get("event") == "Order Completed"]
