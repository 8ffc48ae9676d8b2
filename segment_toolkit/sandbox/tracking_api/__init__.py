"""The HTTP Tracking API: an edge that answers, and an ingest behind it that drops in silence.

The order is: edge (size, JSON, presence of a key: 200 or 400), key to source, source enabled, shape of the
message, deduplication, clock correction, tracking plan, delivery. Nothing after the edge reaches the caller.
"""
