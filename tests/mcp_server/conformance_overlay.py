"""The product's server with the conformance suite's fixtures laid over it, for tests only.

What is named `test_*` or `test://*` is answered here, with what the suite expects; everything else goes to the
product's own handlers, and so does all below them: transport, sessions, capabilities, errors.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import mcp_types as types
from mcp.server import Server
from mcp.shared.exceptions import MCPDeprecationWarning

from segment_toolkit import AsyncSegmentToolkit
from segment_toolkit.mcp import ask_client, create_server
from segment_toolkit.mcp.serving import Address, serve_http

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # 1 by 1, PNG
)
SILENCE = base64.b64encode(
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00"
    b"\x02\x00\x10\x00data\x00\x00\x00\x00"
).decode()
TEXT = types.TextContent(text="This is a simple text response for testing.")
IMAGE = types.ImageContent(data=PIXEL, mime_type="image/png")
AUDIO = types.AudioContent(data=SILENCE, mime_type="audio/wav")


def embedded(uri: str) -> types.EmbeddedResource:
    content = types.TextResourceContents(uri=uri, mime_type="text/plain", text="This is an embedded resource content.")
    return types.EmbeddedResource(resource=content)


def answer(*content: Any, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(content=list(content), is_error=is_error)


def text(words: str) -> types.TextContent:
    return types.TextContent(text=words)


async def with_logging(ctx: Any, _arguments: Any) -> types.CallToolResult:
    for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.session.send_log_message("info", message, related_request_id=ctx.request_id)
        await asyncio.sleep(0.05)
    return answer(text("Logged."))


async def with_progress(ctx: Any, _arguments: Any) -> types.CallToolResult:
    for done in (0, 50, 100):
        await ctx.session.report_progress(done, 100)
        await asyncio.sleep(0.05)
    return answer(text("Done."))


async def sampling(ctx: Any, arguments: Any) -> types.CallToolResult:
    message = types.SamplingMessage(role="user", content=text(arguments["prompt"]))
    result = await ctx.session.create_message([message], max_tokens=100, related_request_id=ctx.request_id)
    return answer(text(f"LLM response: {result.content.text}"))


def eliciting(schema: Callable[[], dict[str, Any]], asked: str) -> Callable[[Any, Any], Awaitable[Any]]:
    async def tool(ctx: Any, arguments: Any) -> types.CallToolResult:
        message = arguments.get("message", asked)
        result = await ctx.session.elicit_form(message, schema(), related_request_id=ctx.request_id)
        return answer(text(f"Elicitation completed: action={result.action}, content={result.content}"))

    return tool


def plain_form() -> dict[str, Any]:
    names = {name: {"type": "string", "description": name} for name in ("username", "email")}
    return {"type": "object", "properties": names, "required": list(names)}


def form_with_defaults() -> dict[str, Any]:
    properties = {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    }
    return {"type": "object", "properties": properties, "required": []}


def form_with_enums() -> dict[str, Any]:
    titled = [{"const": f"value{n}", "title": f"Option {n}"} for n in (1, 2, 3)]
    plain = ["option1", "option2", "option3"]
    properties = {
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled},
        "legacyEnum": {"type": "string", "enum": plain, "enumNames": ["One", "Two", "Three"]},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled}},
    }
    return {"type": "object", "properties": properties, "required": []}


def always(*content: Any, is_error: bool = False) -> Callable[[Any, Any], Awaitable[Any]]:
    async def tool(_ctx: Any, _arguments: Any) -> types.CallToolResult:
        return answer(*content, is_error=is_error)

    return tool


TOOLS: dict[str, Callable[[Any, Any], Awaitable[Any]]] = {
    "test_simple_text": always(TEXT),
    "test_image_content": always(IMAGE),
    "test_audio_content": always(AUDIO),
    "test_embedded_resource": always(embedded("test://embedded-resource")),
    "test_multiple_content_types": always(text("Several:"), IMAGE, embedded("test://mixed-content-resource")),
    "test_error_handling": always(text("This tool intentionally returns an error for testing"), is_error=True),
    "test_tool_with_logging": with_logging,
    "test_tool_with_progress": with_progress,
    "test_sampling": sampling,
    "test_elicitation": eliciting(plain_form, "Please provide your information"),
    "test_elicitation_sep1034_defaults": eliciting(form_with_defaults, "Defaults"),
    "test_elicitation_sep1330_enums": eliciting(form_with_enums, "Enums"),
    "json_schema_2020_12_tool": always(TEXT),
}
SCHEMA_2020_12 = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"type": "object", "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "additionalProperties": False,
}


def described(name: str) -> types.Tool:
    schema = SCHEMA_2020_12 if name == "json_schema_2020_12_tool" else {"type": "object"}
    return types.Tool(name=name, description=f"Fixture {name}", input_schema=schema)


def said(role: Any, *content: Any) -> types.GetPromptResult:
    return types.GetPromptResult(messages=[types.PromptMessage(role=role, content=part) for part in content])


PROMPTS: dict[str, Callable[[dict[str, str]], types.GetPromptResult]] = {
    "test_simple_prompt": lambda _: said("user", text("This is a simple prompt for testing.")),
    "test_prompt_with_arguments": lambda given: said(
        "user", text(f"Prompt with arguments: arg1='{given.get('arg1')}', arg2='{given.get('arg2')}'")
    ),
    "test_prompt_with_embedded_resource": lambda given: said(
        "user", embedded(given.get("resourceUri", "test://example-resource")), text("Process the resource above.")
    ),
    "test_prompt_with_image": lambda _: said("user", IMAGE, text("Analyze the image above.")),
}


def resource(uri: str) -> types.ReadResourceResult:
    content: Any = types.TextResourceContents(uri=uri, mime_type="text/plain", text="Static text.")
    if uri == "test://static-binary":
        content = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PIXEL)
    elif uri.startswith("test://template/"):
        number = uri.split("/")[3]
        words = f'{{"id": "{number}", "templateTest": true, "data": "Data for ID: {number}"}}'
        content = types.TextResourceContents(uri=uri, mime_type="application/json", text=words)
    return types.ReadResourceResult(contents=[content])


def overlaid(server: Server[Any]) -> Server[Any]:
    """The server with the fixtures in front of its handlers."""
    call, listing = handler(server, "tools/call"), handler(server, "tools/list")
    read, prompt = handler(server, "resources/read"), handler(server, "prompts/get")

    async def on_call(ctx: Any, params: types.CallToolRequestParams) -> Any:
        fixture = TOOLS.get(params.name)
        return await (fixture(ctx, params.arguments or {}) if fixture else call(ctx, params))

    async def on_list(ctx: Any, params: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[*(await listing(ctx, params)).tools, *map(described, TOOLS)])

    async def on_read(ctx: Any, params: types.ReadResourceRequestParams) -> Any:
        uri = str(params.uri)
        return resource(uri) if uri.startswith("test://") else await read(ctx, params)

    async def on_prompt(ctx: Any, params: types.GetPromptRequestParams) -> Any:
        fixture = PROMPTS.get(params.name)
        return fixture(params.arguments or {}) if fixture else await prompt(ctx, params)

    async def on_nothing(_ctx: Any, _params: Any) -> types.EmptyResult:
        return types.EmptyResult()

    server.add_request_handler("tools/call", types.CallToolRequestParams, on_call)
    server.add_request_handler("tools/list", types.PaginatedRequestParams, on_list)
    server.add_request_handler("resources/read", types.ReadResourceRequestParams, on_read)
    server.add_request_handler("prompts/get", types.GetPromptRequestParams, on_prompt)
    server.add_request_handler("resources/subscribe", types.SubscribeRequestParams, on_nothing)
    server.add_request_handler("resources/unsubscribe", types.UnsubscribeRequestParams, on_nothing)
    server.add_request_handler("logging/setLevel", types.SetLevelRequestParams, on_nothing)
    return server


def handler(server: Server[Any], method: str) -> Callable[[Any, Any], Awaitable[Any]]:
    found = server.get_request_handler(method)
    assert found is not None
    return found.handler


async def main() -> None:
    """Serve on a free port and print the URL; with `--overlay`, the fixtures too."""
    async with AsyncSegmentToolkit.sandbox(approve=ask_client) as toolkit:
        server = create_server(toolkit)
        if "--overlay" in sys.argv:
            server = overlaid(server)
        await serve_http(server, Address(port=0), lambda url: print(url, flush=True))


if __name__ == "__main__":
    warnings.simplefilter("ignore", MCPDeprecationWarning)  # the suite tests what the protocol is about to drop
    asyncio.run(main())
