"""The main job, its loop written out by hand: an agent records a shop's orders in Segment, on the toolkit's local one.

    python examples/agent_loop.py [ORDERS.jsonl]

With OPENAI_API_KEY (and OPENAI_BASE_URL, OPENAI_MODEL) set, that model does the work. Without, a scripted model plays
a written conversation, and says so; the OpenAI client, the toolkit and the HTTP requests are the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from openai import OpenAI
from scripted_model import connected

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox

HERE = Path(__file__).parent
CONVERSATION = HERE / "conversations" / "record_orders.json"
MOST_TURNS = 10


def main() -> int:
    """Returns 0 when the model finished and every order that it recorded was stored."""
    orders = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "input" / "orders.jsonl"
    box = Sandbox()
    with SegmentToolkit.sandbox(box) as toolkit, connected(CONVERSATION) as (client, model):
        messages = [
            {"role": "system", "content": "You record events in Segment with the tools. Report only what is certain."},
            {"role": "user", "content": task(orders.read_text("utf-8"), box.sources["shop-web"])},
        ]
        finished = converse(client, model, toolkit, messages)
    summarise(box)
    return 0 if finished and box.events and not box.dropped else 1


def task(orders: str, source_id: str) -> str:
    """What the model is asked to do."""
    return (
        f"These orders were placed in our shop, one JSON object a line:\n{orders}\n"
        "Record each customer (identify) and each order (Order Completed), at the times given. "
        f"Then label the source {source_id} environment:prod, and say which warehouses its events load into "
        "and how many API calls this month had."
    )


def converse(client: OpenAI, model: str, toolkit: SegmentToolkit, messages: list[Any]) -> bool:
    """Let the model call tools until it answers in words. Returns False if it never did."""
    tools = toolkit.tools.get(user_id="shop", toolkits=["SEGMENT"])
    print(f"tools: {len(tools)}\n")
    for _ in range(MOST_TURNS):
        completion = client.chat.completions.create(model=model, messages=messages, tools=tools)
        message = completion.choices[0].message
        messages.append(message.to_dict())
        if not message.tool_calls:
            print(f"assistant: {message.content or message.refusal}\n")
            return bool(message.content)
        results = toolkit.provider.tool_messages(user_id="shop", response=completion)
        for call, result in zip(message.tool_calls, results, strict=True):
            show(call, json.loads(result["content"]))
        messages += results
    return False


def show(call: Any, envelope: dict[str, Any]) -> None:
    """One call and its envelope, shortened."""
    mark = "ok" if envelope["successful"] else "refused or failed"
    print(f"{call.function.name}: {mark}")
    print(f"  arguments {call.function.arguments[:150]}")
    print(f"  {'data' if envelope['successful'] else 'error'} "
          f"{json.dumps(envelope['data'] if envelope['successful'] else envelope['error'])[:400]}\n")  # fmt: skip


def summarise(box: Sandbox) -> None:
    """What the local Segment holds now."""
    print(f"The local Segment took {len(box.requests)} requests.")
    print(f"It stored {len(box.events)} events and dropped {len(box.dropped)}.")
    for event in box.events:
        what = event.get("event", "")
        print(f"  {event['timestamp']}  {event['type']:<8} {event['userId']}  {what}")


if __name__ == "__main__":
    raise SystemExit(main())
