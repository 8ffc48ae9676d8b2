"""An agent of the OpenAI Agents SDK records a sign-up.

    python examples/openai_agents_agent.py

With OPENAI_API_KEY set, that model does the work; without, a scripted one plays a written conversation, in which it
makes a mistake, reads the error and mends it. Segment is the local one of the toolkit.
"""

from __future__ import annotations

from pathlib import Path

from scripted_model import endpoint

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import OpenAIAgentsProvider
from segment_toolkit.sandbox import Sandbox

NEEDS = "'segment-agent-toolkit[openai_agents]'"
try:
    from agents import Agent, OpenAIChatCompletionsModel, RunConfig, Runner, set_tracing_disabled
    from openai import AsyncOpenAI
except ImportError as missing:
    raise SystemExit(f"this example needs {missing.name}: pip install {NEEDS}") from None

CONVERSATION = Path(__file__).parent / "conversations" / "sign_up.json"
TASK = "Record that u-42 signed up for the pro plan: who they are, and what they did."
TOOLS = ["SEGMENT_IDENTIFY", "SEGMENT_TRACK"]


def main() -> int:
    """Returns 0 when the person and the sign-up are recorded."""
    box = Sandbox()
    set_tracing_disabled(True)  # it would send traces to OpenAI
    with SegmentToolkit.sandbox(box, OpenAIAgentsProvider()) as toolkit, endpoint(CONVERSATION) as (url, key, name):
        model = OpenAIChatCompletionsModel(name, AsyncOpenAI(base_url=url, api_key=key))
        agent = Agent("recorder", tools=toolkit.tools.get(user_id="u1", tools=TOOLS), model=model)
        # Else a call of a tool that does not exist raises, and the run is over.
        settings = RunConfig(tool_not_found_behavior="return_error_to_model")
        answer = Runner.run_sync(agent, TASK, run_config=settings)
    print(answer.final_output)
    print(f"stored: {[event['type'] for event in box.events]}")
    return 0 if sorted(event["type"] for event in box.events) == ["identify", "track"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
