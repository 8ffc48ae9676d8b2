"""Calls per second of SEGMENT_TRACK through MCP's stdio, beside a tool on the same SDK that does nothing.

    python benchmarks/mcp_stdio.py [CALLS] [LEAST]

Both servers are processes of their own, called by one official client, one call after another, in turns. Segment is
the sandbox inside the server. Prints both and their ratio; with LEAST (0.7, say) it fails below that ratio.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp import Client, StdioServerParameters
from mcp.server import Server
from mcp.server.stdio import stdio_server

ROOT = Path(__file__).resolve().parents[1]
ARGUMENTS = {"userId": "u_42", "event": "Order Completed", "properties": {"revenue": 19.99, "currency": "EUR"}}
ROUNDS = 40


async def serve_nothing() -> None:
    """The least that a tool can do: answer a text."""

    async def list_tools(_ctx: Any, _params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool(name="nothing", input_schema={"type": "object"})])

    async def call_tool(_ctx: Any, _params: Any) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(text="ok")])

    server: Server[Any] = Server("nothing", on_list_tools=list_tools, on_call_tool=call_tool)
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


def started(*words: str) -> StdioServerParameters:
    folders = [str(ROOT), str(ROOT / "tools"), str(ROOT / "schemas")]
    return StdioServerParameters(
        command=sys.executable, args=list(words), env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    )


async def rate(client: Client, tool: str, calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        result = await client.call_tool(tool, ARGUMENTS)
        assert not result.is_error
    return calls / (time.perf_counter() - begun)


async def measured(calls: int) -> tuple[float, float]:
    """Calls per second of the bare tool and of ours: medians of short rounds in turns, so that both meet one noise."""
    bare_server = started(__file__, "--serve-nothing")
    our_server = started("-m", "segment_toolkit.cli", "mcp", "--sandbox")
    bare_rates, our_rates = list[float](), list[float]()
    async with Client(bare_server) as bare, Client(our_server) as ours:
        for client, tool in ((bare, "nothing"), (ours, "segment_track")):
            await client.list_tools()
            await rate(client, tool, 50)
        for _ in range(ROUNDS):
            bare_rates.append(await rate(bare, "nothing", calls // ROUNDS))
            our_rates.append(await rate(ours, "segment_track", calls // ROUNDS))
    return statistics.median(bare_rates), statistics.median(our_rates)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    least = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    bare, ours = asyncio.run(measured(calls))
    print(f"nothing {bare:.0f} calls/s, SEGMENT_TRACK {ours:.0f} calls/s, ratio {ours / bare:.0%}")
    if ours / bare < least:
        raise SystemExit(f"below {least:.0%}")


if __name__ == "__main__":
    if "--serve-nothing" in sys.argv:
        asyncio.run(serve_nothing())
    else:
        main()
