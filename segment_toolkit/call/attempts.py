"""What happened on the wire for one request of a call, attempt by attempt: for logs, traces and audits."""

from __future__ import annotations

from typing import NamedTuple


class Attempt(NamedTuple):
    """One exchange. It holds no path, no body and no header: secrets travel in all three.

    `host` is who was asked; `number` counts from 1 for each request; `seconds` is how long the exchange took and
    `waited` how long was waited before it (a retry, a rate limit); `status` is the HTTP status, None without an answer;
    `error` is None when the answer was good, else the code of the failure.
    """

    method: str
    api: str
    host: str
    number: int
    seconds: float
    waited: float
    status: int | None
    error: str | None
