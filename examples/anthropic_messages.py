"""Claude records a sign-up, by Anthropic's Messages API and a loop by hand.

    python examples/anthropic_messages.py

With ANTHROPIC_API_KEY set, that model does the work; without, a scripted one plays a written conversation, in which it
makes a mistake, reads the error and mends it. Segment is the local one of the toolkit.
"""

from __future__ import annotations

from pathlib import Path

from scripted_model import endpoint

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import AnthropicProvider
from segment_toolkit.sandbox import Sandbox

NEEDS = "'segment-agent-toolkit[anthropic]'"
try:
    from anthropic import Anthropic
except ImportError as missing:
    raise SystemExit(f"this example needs {missing.name}: pip install {NEEDS}") from None

CONVERSATION = Path(__file__).parent / "conversations" / "sign_up.json"
TASK = "Record that u-42 signed up for the pro plan: who they are, and what they did."
MOST_TURNS = 10
TOOLS = ["SEGMENT_IDENTIFY", "SEGMENT_TRACK"]


def main() -> int:
    """Returns 0 when the person and the sign-up are recorded."""
    box = Sandbox()
    where = endpoint(CONVERSATION, vendor="ANTHROPIC", model="claude-sonnet-4-5")
    with SegmentToolkit.sandbox(box, AnthropicProvider()) as toolkit, where as (url, key, name):
        client = Anthropic(base_url=url and url.removesuffix("/v1"), api_key=key)
        tools = toolkit.tools.get(user_id="u1", tools=TOOLS)
        messages = [{"role": "user", "content": TASK}]
        for _ in range(MOST_TURNS):
            reply = client.messages.create(model=name, max_tokens=1000, messages=messages, tools=tools)
            results = toolkit.provider.tool_messages(user_id="u1", response=reply)
            if not results:
                break
            messages += [{"role": "assistant", "content": reply.content}, *results]  # all results in one message
    print(reply.content[0].text)
    print(f"stored: {[event['type'] for event in box.events]}")
    return 0 if sorted(event["type"] for event in box.events) == ["identify", "track"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
