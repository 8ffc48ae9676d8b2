"""What a sandbox remembers: one SQLite database, in memory or in a file.

`database` opens it and owns transactions, `shelf` keeps the records a workspace is made of, `journal` the events,
`ledger` the counters, `sightings` the messageIds of the last day. All of them write inside a transaction that the
backend opens; none commits.
"""
