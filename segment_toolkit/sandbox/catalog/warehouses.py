"""Kinds of warehouse.

Ids: Segment docs and the samples of the Public API reference. Which settings a kind has and needs is assumed, after
what connecting to such a database takes.
"""

from __future__ import annotations

from segment_toolkit.sandbox.catalog.kinds import Option, WarehouseKind

_DATABASE = (
    Option("hostname", required=True, description="Host of the database."),
    Option("port", description="Port of the database."),
    Option("database", required=True, description="Name of the database."),
    Option("username", description="User that Segment logs in as."),
    Option("password", type="password", description="Password of that user."),
)
_BIGQUERY = (
    Option("project", required=True, description="Id of the Google Cloud project."),
    Option("location", description="Location of the datasets.", default="US"),
    Option("credentials", type="password", description="Key of a service account, JSON."),
)
_SNOWFLAKE = (
    Option("account", required=True, description="Id of the Snowflake account."),
    Option("database", required=True, description="Name of the database."),
    Option("warehouse", required=True, description="Name of the virtual warehouse."),
    Option("username", required=True, description="User that Segment logs in as."),
    Option("auth_type", description="How that user logs in.", default="password_auth"),
    Option("password", type="password", description="Password of that user."),
)

WAREHOUSE_KINDS = (
    WarehouseKind("55d3d3aea3c", "Postgres", "postgres", "A Postgres database.", _DATABASE),
    WarehouseKind("kwX50Df0hr", "BigQuery", "bigquery", "A BigQuery project.", _BIGQUERY),
    WarehouseKind("CCIl4HLQPz", "Snowflake", "snowflake", "A Snowflake database.", _SNOWFLAKE),
    WarehouseKind("aea3c55dsz", "Redshift", "redshift", "A Redshift cluster.", _DATABASE),
)
