"""`toolkit.fingerprint()`: the same wherever the same tools are shown, another when anything shown changes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from segment_toolkit import AsyncSegmentToolkit, OpenAIProvider, SegmentToolkit
from segment_toolkit.definitions.definition import ToolDefinition, fingerprint


def definitions() -> list[ToolDefinition]:
    return SegmentToolkit().tools.get_raw_tools()


def test_it_is_short_and_the_same_for_every_toolkit_provider_and_account() -> None:
    made = {
        SegmentToolkit().fingerprint(),
        SegmentToolkit(OpenAIProvider(strict=True)).fingerprint(),
        SegmentToolkit.sandbox().fingerprint(toolkits=["SEGMENT"]),
        AsyncSegmentToolkit(region="eu", write_key="k").fingerprint(),
    }

    [found] = made
    assert len(found) == 16
    assert int(found, 16) > 0


def test_it_is_the_same_in_another_process_whatever_its_hash_seed() -> None:
    code = "from segment_toolkit import SegmentToolkit; print(SegmentToolkit().fingerprint())"

    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert found == {SegmentToolkit().fingerprint()}


def test_it_is_the_digest_that_its_documentation_describes() -> None:
    tool = ToolDefinition(slug="A", description="é", input_parameters={"b": 1, "a": [True]}, output_parameters={})

    # printf '[["A","\\u00e9",{"a":[true],"b":1},{}]]' | sha256sum: no Python in it
    assert fingerprint([tool]) == "a8a5bcbade034f24"


@pytest.mark.parametrize("part", ["slug", "description", "input_parameters", "output_parameters"])
def test_another_name_text_or_schema_gives_another(part: str) -> None:
    changed = definitions()
    setattr(changed[3], part, "changed" if part in ("slug", "description") else {"type": "object"})

    assert fingerprint(changed) != fingerprint(definitions())


def test_other_tools_or_another_order_give_another() -> None:
    toolkit = SegmentToolkit()
    toolkit.tools.custom_tool(
        lambda given: given, slug="ECHO", description="Echo.", input_schema={"type": "object", "properties": {}}
    )

    made = [
        SegmentToolkit().fingerprint(),
        toolkit.fingerprint(),
        toolkit.fingerprint(tags=["read"]),
        toolkit.fingerprint(tools=["SEGMENT_TRACK", "ECHO"]),
        toolkit.fingerprint(tools=["ECHO", "SEGMENT_TRACK"]),
    ]

    assert len(set(made)) == len(made)
