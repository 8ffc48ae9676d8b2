"""A webhook that turns a support chat's events into Segment calls: who wrote (identify) and what happened (track).

    python examples/support_webhook.py                              a demonstration on the local Segment, offline
    uvicorn --factory --app-dir examples support_webhook:live       for real: SUPPORT_WEBHOOK_SECRET and SEGMENT_* set

A delivery is signed: `X-Support-Signature: t=UNIX_SECONDS,v1=HEX`, the HMAC-SHA256 of "t.body" with a shared secret. It
may come twice: the ids of its Segment events are made from its own id, so that Segment keeps one of each, and what was
recorded already is not sent again. The answer says what the chat's sender should do: 200 recorded or known, 400, 401
and 413 never again, 503 later. No text of a conversation is sent to Segment, only its length.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from segment_toolkit import AsyncSegmentToolkit, Envelope
from segment_toolkit.sandbox import Sandbox

MOST_BYTES = 64_000
MOST_SECONDS_OFF = 300
MOST_REMEMBERED = 10_000
#: The chat's event types, and what they are called in Segment. Others are acknowledged and left.
NAMES = {
    "conversation.opened": "Support Conversation Started",
    "message.received": "Support Message Received",
    "conversation.rated": "Support Conversation Rated",
    "conversation.closed": "Support Conversation Closed",
}


class Refused(Exception):
    """A delivery that is not taken: the HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def live() -> Starlette:
    """The app for real, for uvicorn."""
    return app(AsyncSegmentToolkit(), os.environ["SUPPORT_WEBHOOK_SECRET"])


def app(toolkit: AsyncSegmentToolkit, secret: str, *, now: Callable[[], float] = time.time) -> Starlette:
    """The webhook at /support."""
    if not secret:
        raise ValueError("the webhook needs a secret: without one, anybody could write to Segment")
    recorded: OrderedDict[str, None] = OrderedDict()

    async def support(request: Request) -> JSONResponse:
        try:
            body = await limited(request)
            check_signature(request.headers.get("x-support-signature", ""), body, secret, now())
            delivery = read(body)
            answer = await record(toolkit, delivery, recorded)
        except Refused as refused:
            return JSONResponse({"error": str(refused)}, refused.status)
        return JSONResponse(answer)

    return Starlette(routes=[Route("/support", support, methods=["POST"])])


async def limited(request: Request) -> bytes:
    """The body. Raises Refused before it is read to its end if it is too large."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Refused(413, f"more than {MOST_BYTES} bytes")
    return body


def signature(body: bytes, secret: str, at: float) -> str:
    """The header of a delivery signed at that time."""
    stamp = str(int(at))
    return f"t={stamp},v1={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def check_signature(header: str, body: bytes, secret: str, now: float) -> None:
    """Raises Refused for a signature that is not of this body, or not of these minutes (a recorded one, replayed)."""
    stamp = dict(part.partition("=")[::2] for part in header.split(",")).get("t", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15):
        raise Refused(401, "no signature")
    if not hmac.compare_digest(header.encode(), signature(body, secret, int(stamp)).encode()):
        raise Refused(401, "the signature is not of this body")
    if abs(now - int(stamp)) > MOST_SECONDS_OFF:
        raise Refused(401, "the signature is too old, or of the future")


def read(body: bytes) -> dict[str, Any]:
    """The delivery. Raises Refused for what is none."""
    try:
        delivery = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "not JSON") from None
    if not isinstance(delivery, dict) or not all(isinstance(delivery.get(name), str) for name in ("id", "type")):
        raise Refused(400, "a delivery is an object with id and type")
    return delivery


async def record(
    toolkit: AsyncSegmentToolkit, delivery: dict[str, Any], recorded: OrderedDict[str, None]
) -> dict[str, Any]:
    """Record a delivery, once. Raises Refused where the sender should hear of it."""
    if delivery["type"] not in NAMES:
        return {"status": "ignored", "why": "an event type that is not recorded"}
    if delivery["id"] in recorded:
        return {"status": "known"}
    envelope = await toolkit.tools.execute("SEGMENT_BATCH", {"batch": segment_events(delivery)}, user_id="support")
    if not envelope.successful:
        raise refusal(envelope)
    recorded[delivery["id"]] = None
    if len(recorded) > MOST_REMEMBERED:
        recorded.popitem(last=False)
    return {"status": "accepted", "events": envelope.data["accepted"]}  # by Segment; accepted is not delivered


def refusal(envelope: Envelope) -> Refused:
    """A delivery that Segment's rules forbid never gets better; anything else may."""
    code = envelope.failure.code if envelope.failure else "internal"
    if code in ("validation", "too_large"):
        return Refused(400, str(envelope.error))
    return Refused(503, f"not recorded ({code}); deliver it again later")


def segment_events(delivery: dict[str, Any]) -> list[dict[str, Any]]:
    """The Segment events of one delivery: the same, with the same ids, each time it comes."""
    contact, conversation, message = (part(delivery, name) for name in ("contact", "conversation", "message"))
    traits = {name: contact[name] for name in ("email", "name", "plan") if contact.get(name)}
    person = {"userId": contact["id"]} if contact.get("id") else {"anonymousId": conversation.get("id")}
    when = {"timestamp": delivery["occurredAt"]} if "occurredAt" in delivery else {}
    properties = {
        "conversation_id": conversation.get("id"),
        "channel": conversation.get("channel"),
        "message_id": message.get("id"),
        "message_length": len(str(message["text"])) if "text" in message else None,
        "rating": delivery.get("rating"),
    }
    happened = {
        "type": "track",
        **person,
        **when,
        "event": NAMES[delivery["type"]],
        "properties": {name: value for name, value in properties.items() if value is not None},
        "messageId": f"support-{delivery['id']}-track",
    }
    known = {"type": "identify", **person, **when, "traits": traits, "messageId": f"support-{delivery['id']}-identify"}
    return [known, happened] if traits else [happened]


def part(delivery: dict[str, Any], name: str) -> dict[str, Any]:
    found = delivery.get(name)
    return found if isinstance(found, dict) else {}


def main() -> int:
    """Returns 0 when what came is recorded exactly once, and what must not come in did not."""
    box = Sandbox()
    asyncio.run(demonstrate(box))
    print(f"\nThe local Segment stored {len(box.events)} events:")
    for event in box.events:
        print(f"  {event['type']:<8} {event['userId']}  {event.get('event', event.get('traits'))}")
    names = [event["event"] for event in box.events if event["type"] == "track"]
    return 0 if names == ["Support Conversation Started", "Support Conversation Rated"] else 1


async def demonstrate(box: Sandbox) -> None:
    """Deliver what a chat would: two events, one of them again, a forged and an old one."""
    secret, now = "demo-secret", time.time()
    ada = {"id": "u-42", "email": "ada@example.com", "plan": "pro"}
    talk = {"id": "conv-7", "channel": "web"}
    opened = {"id": "evt-1", "type": "conversation.opened", "contact": ada, "conversation": talk,
              "message": {"id": "msg-1", "text": "My order did not arrive."}}  # fmt: skip
    rated = {"id": "evt-2", "type": "conversation.rated", "contact": ada, "conversation": talk, "rating": 5}
    async with AsyncSegmentToolkit.sandbox(box) as toolkit:
        transport = httpx.ASGITransport(app(toolkit, secret))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as chat:
            for what, delivery, key, at in (
                ("opened", opened, secret, now),
                ("the same again", opened, secret, now),
                ("rated", rated, secret, now),
                ("forged", {**rated, "id": "evt-3"}, "another secret", now),
                ("replayed", {**rated, "id": "evt-4"}, secret, now - 3600),
            ):
                body = json.dumps(delivery).encode()
                headers = {"x-support-signature": signature(body, key, at)}
                answer = await chat.post("/support", content=body, headers=headers)
                print(f"{what:<15} {answer.status_code} {answer.text}")


if __name__ == "__main__":
    raise SystemExit(main())
