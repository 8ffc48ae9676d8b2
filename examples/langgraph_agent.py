"""An agent of LangChain and LangGraph records a sign-up.

    python examples/langgraph_agent.py

With OPENAI_API_KEY set, that model does the work; without, a scripted one plays a written conversation, in which it
makes a mistake, reads the error and mends it. Segment is the local one of the toolkit.
"""

from __future__ import annotations

from pathlib import Path

from scripted_model import endpoint

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import LangChainProvider
from segment_toolkit.sandbox import Sandbox

NEEDS = "'segment-agent-toolkit[langchain]' langchain-openai"
try:
    from langchain.agents import create_agent
    from langchain_openai import ChatOpenAI
except ImportError as missing:
    raise SystemExit(f"this example needs {missing.name}: pip install {NEEDS}") from None

CONVERSATION = Path(__file__).parent / "conversations" / "sign_up.json"
TASK = "Record that u-42 signed up for the pro plan: who they are, and what they did."
TOOLS = ["SEGMENT_IDENTIFY", "SEGMENT_TRACK"]


def main() -> int:
    """Returns 0 when the person and the sign-up are recorded."""
    box = Sandbox()
    with SegmentToolkit.sandbox(box, LangChainProvider()) as toolkit, endpoint(CONVERSATION) as (url, key, name):
        model = ChatOpenAI(model=name, base_url=url, api_key=key)
        agent = create_agent(model, toolkit.tools.get(user_id="u1", tools=TOOLS))
        answer = agent.invoke({"messages": [{"role": "user", "content": TASK}]})
    for message in answer["messages"]:
        if message.type == "tool":
            print(f"{message.name}: {message.status}")  # "error" for a failed envelope
    print(answer["messages"][-1].content)
    print(f"stored: {[event['type'] for event in box.events]}")
    return 0 if sorted(event["type"] for event in box.events) == ["identify", "track"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
