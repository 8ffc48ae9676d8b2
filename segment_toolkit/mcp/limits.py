"""Segment's limits as a page to read: what is refused, and what is taken and then lost."""

from __future__ import annotations

LIMITS = """\
# Limits of Segment

Sending events (Tracking API). HTTP 200 means *queued*, not delivered. This toolkit refuses what Segment would take
and drop, before anything is sent.

| what | limit | beyond it |
| --- | --- | --- |
| one event | 32 KB of JSON | refused |
| one batch request | 500 KB and 2,500 events | over 2,500 Segment answers 200 and rejects events; the toolkit splits |
| messageId | 100 characters | profiles drop the event silently |
| properties per event | 10,000 | the excess is dropped, the event kept |
| properties or traits per event into profiles | 300 | profiles drop the event silently |
| groupId into profiles | 1 to 500 characters | profiles drop the event silently |
| requests | 1,000 a second and workspace (recommended) | queued, or 429 with Retry-After |
| who | userId or anonymousId in every event | Segment answers 200 and drops it |

Managing the workspace (Public API).

| what | limit |
| --- | --- |
| rate | not documented as one figure; 429 with Retry-After, in seconds |
| page size | 1 to 1,000 items, pagination.count; go on with pagination.next as pagination.cursor |
| write keys | a removed key cannot be brought back; events that use it are lost without an error |
| sources | a deleted source cannot be brought back |

Sources: Segment documentation, "HTTP Tracking API", "Product limits", "Unify limits"; Public API reference.
"""
