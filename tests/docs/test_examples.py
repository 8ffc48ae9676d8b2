"""The examples run as a user would run them: as processes, with the real OpenAI client, over real sockets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from segment_tools import TOOLS

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

from scripted_model import serving as serving_model  # noqa: E402


def run(script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SEGMENT_", "OPENAI_"))}
    command = [sys.executable, str(EXAMPLES / script)]
    return subprocess.run(command, env={**clean, **environ}, capture_output=True, text=True, timeout=120)


def test_composios_quickstart_runs_with_only_its_import_changed(box: Sandbox) -> None:
    with serving(box) as segment, serving_model(EXAMPLES / "conversations" / "quickstart.json") as model:
        done = run(
            "composio_quickstart.py",
            OPENAI_API_KEY="none",
            OPENAI_BASE_URL=model,
            USER_SEGMENT_KEY=box.write_key,
            SEGMENT_TRACKING_URL=segment,
            SEGMENT_PUBLIC_API_URL=segment,
        )

    assert done.returncode == 0, done.stderr
    assert "'successful': True" in done.stdout
    assert [event["event"] for event in box.events] == ["Signed Up"]
    assert box.write_key not in done.stdout + done.stderr


def test_the_quickstart_names_the_toolkit_in_one_line_only() -> None:
    lines = (EXAMPLES / "composio_quickstart.py").read_text("utf-8").splitlines()

    assert [line for line in lines if "segment_toolkit" in line] == [
        "from segment_toolkit import Composio  # was: from composio import Composio"
    ]


def test_the_main_job_says_that_its_model_is_scripted_and_records_every_order() -> None:
    done = run("agent_loop.py")

    assert done.returncode == 0, done.stderr
    assert "a scripted model plays a written conversation" in done.stdout
    assert f"tools: {len(TOOLS)}" in done.stdout
    assert "It stored 7 events and dropped 0." in done.stdout


def test_the_main_job_uses_the_model_of_the_environment() -> None:
    with serving_model(EXAMPLES / "conversations" / "record_orders.json") as model:
        done = run("agent_loop.py", OPENAI_API_KEY="none", OPENAI_BASE_URL=model, OPENAI_MODEL="my-model")

    assert done.returncode == 0, done.stderr
    assert "model: my-model" in done.stdout


def test_the_main_job_fails_when_nothing_was_recorded() -> None:
    with serving_model(EXAMPLES / "conversations" / "quickstart.json") as model:
        done = run("agent_loop.py", OPENAI_API_KEY="none", OPENAI_BASE_URL=model)

    assert done.returncode != 0


def test_the_flow_goes_on_only_after_the_verifier_saw_what_was_recorded() -> None:
    done = run("content_flow.py")

    assert done.returncode == 0, done.stderr
    assert "researcher: 3 calls; verified" in done.stdout
    assert "writer: 0 calls; verified" in done.stdout
    assert "(call_04) was accepted, and the event did not arrive" in done.stdout
    assert done.stdout.rstrip().endswith("published: ['blog', 'newsletter']; recorded: ['blog', 'newsletter']")


def test_the_flow_stops_when_an_agent_only_says_that_it_did_its_work(tmp_path: Path) -> None:
    talk = tmp_path / "talk.json"
    talk.write_text(json.dumps({"replies": [{"content": "All is published and recorded."}] * 3}), "utf-8")

    with serving_model(talk) as model:
        done = run("content_flow.py", OPENAI_API_KEY="none", OPENAI_BASE_URL=model)

    assert done.returncode == 1
    assert "stopped: distributor, after 3 rounds: Not recorded: blog, newsletter." in done.stdout


def test_the_support_webhook_records_each_delivery_once_and_no_forged_one() -> None:
    done = run("support_webhook.py")

    assert done.returncode == 0, done.stderr
    assert sum(" 401 " in line for line in done.stdout.splitlines()) == 2
    assert 'the same again  200 {"status":"known"}' in done.stdout
    assert "stored 4 events" in done.stdout


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([{"role": "assistant", "tool_calls": [{"id": "a"}]}], id="no answer"),
        pytest.param(
            [{"role": "assistant", "tool_calls": [{"id": "a"}]}, {"role": "tool", "tool_call_id": "b"}],
            id="another's answer",
        ),
    ],
)
def test_the_scripted_model_is_as_strict_as_openai_about_unanswered_calls(messages: list[dict[str, object]]) -> None:
    from scripted_model import reply

    with pytest.raises(ValueError, match="tool"):
        reply([{"content": "hi"}], {"model": "m", "messages": messages})
