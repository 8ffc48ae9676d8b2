"""An agent of Pydantic AI records a sign-up.

    python examples/pydantic_ai_agent.py

With OPENAI_API_KEY set, that model does the work; without, a scripted one plays a written conversation, in which it
makes a mistake, reads the error and mends it. Segment is the local one of the toolkit.
"""

from __future__ import annotations

from pathlib import Path

from scripted_model import endpoint

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import PydanticAIProvider
from segment_toolkit.sandbox import Sandbox

NEEDS = "'segment-agent-toolkit[pydantic_ai]' 'pydantic-ai-slim[openai]'"
try:
    from pydantic_ai import Agent
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider
except ImportError as missing:
    raise SystemExit(f"this example needs {missing.name}: pip install {NEEDS}") from None

CONVERSATION = Path(__file__).parent / "conversations" / "sign_up.json"
TASK = "Record that u-42 signed up for the pro plan: who they are, and what they did."
TOOLS = ["SEGMENT_IDENTIFY", "SEGMENT_TRACK"]


def main() -> int:
    """Returns 0 when the person and the sign-up are recorded."""
    box = Sandbox()
    with SegmentToolkit.sandbox(box, PydanticAIProvider()) as toolkit, endpoint(CONVERSATION) as (url, key, name):
        model = OpenAIChatModel(name, provider=OpenAIProvider(base_url=url, api_key=key))
        agent = Agent(model, tools=toolkit.tools.get(user_id="u1", tools=TOOLS))
        answer = agent.run_sync(TASK)
    print(answer.output)
    print(f"stored: {[event['type'] for event in box.events]}")
    return 0 if sorted(event["type"] for event in box.events) == ["identify", "track"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
