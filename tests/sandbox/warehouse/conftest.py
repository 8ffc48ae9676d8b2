"""An empty database and one warehouse in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from segment_toolkit.sandbox.warehouse.reader import WarehouseReader
from segment_toolkit.sandbox.warehouse.tables import WarehouseTables


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


@pytest.fixture
def warehouse(database: sqlite3.Connection) -> WarehouseTables:
    return WarehouseTables(database, "postgres")


@pytest.fixture
def reader(database: sqlite3.Connection) -> WarehouseReader:
    return WarehouseReader(database, "postgres")
