"""Where events go once they are allowed to a destination: nowhere, into a file, or to an address over HTTP.

`sinks` are the kinds that take an event at once. Webhooks go through the `Courier`: a queue in SQLite and a worker
that sends, retries and reports. The order of events is not kept, as Segment does not keep it either (docs, "Insert
Functions" and "Source Debugger").
"""
