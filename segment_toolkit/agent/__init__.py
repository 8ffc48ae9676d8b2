"""An agent's loop over a chat-completions client: ask the model, run its tool calls, until it answers in words.

    run = run_agent(OpenAI(), "gpt-4o-mini", messages, toolkit, user_id="u1", max_turns=8)
    print(run.text, run.stopped, run.usage.total_tokens)

`conversation` decides, and does no I/O; `running` asks the client and runs the calls, sync or async; `outcome` holds
what a host gets to see.
"""

from .outcome import (
    AgentCall,
    AgentEvent,
    AgentRun,
    CallAnswered,
    CallStarted,
    Finished,
    ModelReplied,
    TurnEnded,
    TurnStarted,
    Usage,
)
from .running import aagent_events, agent_events, arun_agent, run_agent

__all__ = [
    "AgentCall",
    "AgentEvent",
    "AgentRun",
    "CallAnswered",
    "CallStarted",
    "Finished",
    "ModelReplied",
    "TurnEnded",
    "TurnStarted",
    "Usage",
    "aagent_events",
    "agent_events",
    "arun_agent",
    "run_agent",
]
