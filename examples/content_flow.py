"""Researcher, writer, distributor: three agents in a row, and a verifier that lets the flow go on, or back.

    python examples/content_flow.py

Each agent has only the tools it needs: the researcher reads, the writer has none, the distributor publishes and
records. The verifier is code, not a model: a model's word that something was recorded is no evidence. It looks at the
envelope of every Segment call, reads each accepted event back, because Segment accepts what it then drops, and asks for
what is owed and not there. Here it reads the local Segment; live, ask a warehouse or the Profile API.

With OPENAI_API_KEY set, that model plays all three agents. Without, written conversations do, one with a mistake in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field
from scripted_model import connected

from segment_toolkit import AgentRun, SegmentToolkit, run_agent
from segment_toolkit.sandbox import Sandbox

CONVERSATIONS = Path(__file__).parent / "conversations" / "content_flow"
CHANNELS = ("blog", "newsletter")
MOST_ROUNDS = 3
#: Whether an event arrived, by its messageId: True, False, or None where nobody can tell.
ReadBack = Callable[[str], bool | None]
#: What a step still owes: the channels of which no record arrived.
Owed = Callable[[], list[str]]


@dataclass(frozen=True)
class Agent:
    """One role: what it is told to be, and the tools it gets."""

    name: str
    system: str
    tools: list[str] = field(default_factory=list)


RESEARCHER = Agent(
    "researcher",
    "You find out how a source's events are used. Report only what you read.",
    [
        "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
        "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE",
        "SEGMENT_GET_DESTINATION",
    ],
)
WRITER = Agent("writer", "You write short announcements: a title, a blank line, one paragraph.")
DISTRIBUTOR = Agent(
    "distributor",
    "You publish a post in each channel, and record each as a Content Published event with its title and channel.",
    ["PUBLISH_POST", "SEGMENT_TRACK"],
)


class Post(BaseModel):
    channel: str = Field(description="blog or newsletter")
    title: str = Field(description="The post's title")


class Stopped(Exception):
    """The verifier did not let the flow go on."""


def main() -> int:
    """Returns 0 when every publication is recorded in Segment, and that was seen."""
    box = Sandbox()
    published: list[str] = []
    with SegmentToolkit.sandbox(box) as toolkit:

        @toolkit.tools.custom_tool
        def publish_post(post: Post) -> dict[str, str]:
            """Publish the post in one channel."""
            published.append(post.channel)
            return {"published": post.channel}

        verifier = Verifier(lambda message_id: any(event["messageId"] == message_id for event in box.events))
        try:
            flow(toolkit, verifier, box)
        except Stopped as stopped:
            print(f"stopped: {stopped}")
            return 1
    print(f"published: {published}; recorded: {recorded(box)}")
    return 0 if published and sorted(published) == sorted(recorded(box)) else 1


def recorded(box: Sandbox) -> list[str]:
    """The channels of the publications that arrived."""
    found = [event for event in box.events if event.get("event") == "Content Published"]
    return [str((event.get("properties") or {}).get("channel")) for event in found]


def flow(toolkit: SegmentToolkit, verifier: Verifier, box: Sandbox) -> None:
    """Each agent works from what the one before it found, once that is verified."""
    where = f"the source {box.sources['shop-web']} and the destination {box.destinations['slack']}"
    findings = verified(RESEARCHER, f"We announce wishlists. How are events used? See {where}.", toolkit, verifier)
    post = verified(WRITER, f"Announce wishlists in our shop. What research found: {findings}", toolkit, verifier)
    task = f"Publish this in {' and '.join(CHANNELS)}, and record it:\n\n{post}"
    verified(DISTRIBUTOR, task, toolkit, verifier, owed=lambda: [c for c in CHANNELS if c not in recorded(box)])


def verified(agent: Agent, task: str, toolkit: SegmentToolkit, verifier: Verifier, owed: Owed = list) -> str:
    """The agent's answer, once the verifier finds nothing wrong. Raises Stopped when it does to the last."""
    messages = [{"role": "system", "content": agent.system}, {"role": "user", "content": task}]
    problems: list[str] = []
    with connected(CONVERSATIONS / f"{agent.name}.json") as (client, model):
        for _ in range(MOST_ROUNDS):
            run = run_agent(client, model, messages, toolkit, user_id=agent.name, tools=agent.tools, max_turns=6)
            problems = list(verifier.problems(run, owed()))
            print(f"{agent.name}: {len(run.calls)} calls; {problems or 'verified'}")
            if not problems:
                return run.text
            messages = [*run.messages, {"role": "user", "content": "Verification failed: " + " ".join(problems)}]
    raise Stopped(f"{agent.name}, after {MOST_ROUNDS} rounds: {' '.join(problems)}")


class Verifier:
    """Judges an agent's run by its calls, not by its words."""

    def __init__(self, read_back: ReadBack) -> None:
        self._read_back = read_back

    def problems(self, run: AgentRun, owed: Sequence[str]) -> Iterator[str]:
        """What is wrong, in words for the agent; nothing lets the flow go on."""
        if not run.finished:
            yield f"It did not finish ({run.stopped})."
        succeeded = {call.tool for call in run.calls if call.envelope.successful}
        for call in run.calls:
            if not call.envelope.successful and call.tool not in succeeded:  # else it was mended
                yield f"{call.tool} never succeeded: {call.envelope.error}"
            message_id = call.envelope.data.get("messageId")
            if call.envelope.successful and message_id and self._read_back(message_id) is False:
                yield f"{call.tool} ({call.id}) was accepted, and the event did not arrive; leave writeKey out."
        if owed:
            yield f"Not recorded: {', '.join(owed)}."


if __name__ == "__main__":
    raise SystemExit(main())
