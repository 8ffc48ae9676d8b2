"""What a browser needs of the Tracking API beyond what servers do: short paths, and leave to call from a page.

What Segment's browser SDK does, read in the npm package @segment/analytics-next 1.84.3:

- It posts an event to the first letter of its call, `/v1/t` for track, and batches to `/v1/b`
  (src/plugins/segmentio/index.ts, batched-dispatcher.ts).
- Bodies are JSON labelled `text/plain`; the key comes in the body and as `Authorization: Basic`, and attempts after
  the first carry `X-Retry-Count` (shared-dispatcher.ts, fetch-dispatcher.ts). With these headers the browser asks for
  leave first, with OPTIONS (Fetch standard, "CORS-preflight request").
- Of a 429 it reads `Retry-After` (shared-dispatcher.ts), which a page sees only if the answer says so.
- It posts metrics of its own, without a key, to `/v1/m` (src/core/stats/remote-metrics.ts); they are thrown away here.

How Segment words its leave is not documented: any origin, with credentials as the SDK's setting `credentials` may
ask for, and every header that is asked about, is assumed.
"""

from __future__ import annotations

from starlette.responses import Response

from segment_toolkit.sandbox.recording import RecordedRequest

#: The last part of a path to the call that it stands for.
SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
METRICS = "/v1/m"


def is_preflight(request: RecordedRequest) -> bool:
    """Tell whether a browser asks what a page may send."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def leave(request: RecordedRequest) -> Response:
    """Answer a preflight: the page may."""
    asked = request.headers.get("access-control-request-headers", "")
    return Response(
        headers={
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": asked,
        }
    )


def shown_to_page(request: RecordedRequest, answer: Response) -> Response:
    """Let the page that sent a request see the answer; nothing changes for a client that is no page."""
    origin = request.headers.get("origin")
    if origin is not None:
        answer.headers.update(
            {
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Credentials": "true",
                "Access-Control-Expose-Headers": "Retry-After",
                "Vary": "Origin",
            }
        )
    return answer
