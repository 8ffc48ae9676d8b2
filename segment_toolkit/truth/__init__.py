"""What is true at Segment, read back over the Public API: whose a write key is, what becomes of an event.

Segment's Tracking API answers 200 to nearly everything, so all that is known of delivery is read here. Every reading is
a flow (a generator of requests, see `tool`), so that both toolkits share it; nothing here writes to Segment.
"""
