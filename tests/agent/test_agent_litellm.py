"""`run_agent` with LiteLLM's own functions as the client, where LiteLLM is installed."""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path
from typing import Any

import pytest
from agent_models import BROKEN, TASK, TRACK, calls, served, words

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, arun_agent, run_agent
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox

pytestmark = pytest.mark.filterwarnings("ignore")  # LiteLLM's own, as many as it has
REPLIES = (calls(BROKEN, TRACK), words("Recorded."))


@pytest.fixture
def litellm(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # or it fetches prices when it is imported
    return pytest.importorskip("litellm", exc_type=ImportError)


def test_completion_is_a_client(litellm: Any, box: Sandbox, tmp_path: Path) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider_class("litellm")())

    with served(tmp_path, *REPLIES) as url:
        client = functools.partial(litellm.completion, api_base=url, api_key="none")
        run = run_agent(client, "openai/scripted", TASK, toolkit)

    assert (run.text, [call.envelope.successful for call in run.calls]) == ("Recorded.", [False, True])
    assert len(box.events) == 1


def test_acompletion_is_an_async_client(litellm: Any, box: Sandbox, tmp_path: Path) -> None:
    async def awaited(url: str) -> Any:
        client = functools.partial(litellm.acompletion, api_base=url, api_key="none")
        async with AsyncSegmentToolkit.sandbox(box) as toolkit:
            return await arun_agent(client, "openai/scripted", TASK, toolkit)

    with served(tmp_path, *REPLIES) as url:
        run = asyncio.run(awaited(url))

    assert run.text == "Recorded."
