"""What happens to messages behind the edge, in this order; nothing of it reaches the caller.

    unpack (messages) → key to source, source enabled, shape → suppression → deduplication → clock correction
    → schema settings and tracking plan (enforcement) → for each destination: consent and integrations object
    (routing), filters, delivery → warehouses, profiles, counters

Source: Segment docs, "Delivery Overview" for the steps. That suppression comes after the shape, and deduplication
after both, so that a rejected message does not burn its id, is assumed.
"""
