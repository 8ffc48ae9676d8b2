"""Warehouses as real tables: what Segment would have loaded into one, in SQLite, to be asked with SQL.

`rows` turns one stored event into rows, `WarehouseTables` writes them, `WarehouseReader` answers queries.
"""
