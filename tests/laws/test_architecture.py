"""Which module may know which: read from the source, so that an arrow that points back fails here."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

import segment_schemas
import segment_toolkit
import segment_tools

PACKAGES = {
    "segment_toolkit": Path(segment_toolkit.__path__[0]),
    "segment_tools": Path(segment_tools.__path__[0]),
    "segment_schemas": Path(segment_schemas.__path__[0]),
}
#: What a tool file may know of the engine: what a tool is, how one fails, and how JSON is encoded.
OPEN_TO_TOOLS = {"segment_toolkit.tool", "segment_toolkit.errors", "segment_toolkit.encoding"}
VENDORS = {"openai", "anthropic", "google", "boto3", "mistralai", "litellm", "langchain", "mcp", "mcp_types"}
HTTP_CLIENTS = {"httpx", "requests", "urllib3", "aiohttp", "http"}
#: What listing the tools must not load: each costs more than all the listing.
HEAVY = {"pydantic", "httpx", "jsonschema", "starlette", "cryptography", "openai", "segment_tools", "logging"}


class Import(NamedTuple):
    """`importer` imports `imported`; `inside` is the function that does, or None at module level."""

    importer: str
    imported: str
    inside: str | None
    for_types: bool

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}" + (f" in {self.inside}" if self.inside else "")


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    root = PACKAGES[package]
    found = {}
    for file in root.rglob("*.py"):
        parts = [package, *file.relative_to(root).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = {name: file for package in PACKAGES for name, file in modules(package).items()}


def imports_of(module: str) -> list[Import]:
    tree = ast.parse(MODULES[module].read_text("utf-8"))
    return list(_imports(tree, module, None, for_types=False))


def _imports(node: ast.AST, module: str, inside: str | None, *, for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(module, alias.name, inside, for_types) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(module, name, inside, for_types) for name in _targets(child, module))
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imports(child, module, child.name, for_types=for_types)
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _imports(child, module, inside, for_types=True)
        else:
            yield from _imports(child, module, inside, for_types=for_types)


def _targets(node: ast.ImportFrom, module: str) -> Iterator[str]:
    """The modules that `from x import y` loads: `x.y` where that is a module, else `x`."""
    base = node.module or ""
    if node.level:
        is_package = MODULES[module].name == "__init__.py"
        parts = module.split(".")
        parents = parts[: len(parts) - node.level + is_package]
        base = ".".join([*parents, *([base] if base else [])])
    for alias in node.names:
        name = f"{base}.{alias.name}"
        yield name if name in MODULES else base


def all_imports(*packages: str) -> list[Import]:
    return [found for module in MODULES if module.split(".")[0] in packages for found in imports_of(module)]


def is_sandbox(module: str) -> bool:
    return module == "segment_toolkit.sandbox" or module.startswith("segment_toolkit.sandbox.")


def is_tool_file(module: str) -> bool:
    return module.startswith("segment_tools.")


def test_the_reader_of_imports_sees_what_is_there() -> None:
    found = {str(i) for i in all_imports("segment_toolkit", "segment_tools")}

    assert "segment_toolkit.call.dispatcher imports segment_toolkit.envelope" in found
    assert "segment_toolkit.registry imports segment_tools in _segment_tools" in found
    assert "segment_tools.track imports segment_tools._event" in found
    assert "segment_toolkit.transport.http imports httpx" in found


def test_the_sandbox_imports_nothing_of_the_engine() -> None:
    wrong = [
        str(i)
        for i in all_imports("segment_toolkit")
        if is_sandbox(i.importer) and i.imported.split(".")[0] in PACKAGES and not is_sandbox(i.imported)
    ]

    assert wrong == []


def test_the_engine_imports_the_tools_in_one_function_only() -> None:
    found = [i for i in all_imports("segment_toolkit") if i.imported.split(".")[0] == "segment_tools"]

    assert {(i.importer, i.inside) for i in found} == {("segment_toolkit.registry", "_segment_tools")}


def test_a_tool_file_knows_of_the_engine_only_what_a_tool_is() -> None:
    ours = [i for i in all_imports("segment_tools") if i.imported.split(".")[0] == "segment_toolkit"]

    assert [str(i) for i in ours if i.imported not in OPEN_TO_TOOLS] == []


def test_a_tool_file_does_no_input_or_output() -> None:
    banned = HTTP_CLIENTS | VENDORS | {"asyncio", "socket", "os", "pathlib", "threading", "time", "logging"}
    found = [i for i in all_imports("segment_tools") if i.imported.split(".")[0] in banned]

    assert [str(i) for i in found] == []


def test_public_tool_files_know_private_helpers_but_not_each_other() -> None:
    found = [i for i in all_imports("segment_tools") if is_tool_file(i.importer) and is_tool_file(i.imported)]

    assert [str(i) for i in found if not i.imported.removeprefix("segment_tools.").startswith("_")] == []


def is_mcp_server(module: str) -> bool:
    return module == "segment_toolkit.mcp" or module.startswith("segment_toolkit.mcp.")


def test_nothing_needs_a_vendors_sdk() -> None:
    found = [i for i in all_imports(*PACKAGES) if i.imported.split(".")[0] in VENDORS]

    assert [str(i) for i in found if not is_mcp_server(i.importer)] == []


def test_only_the_mcp_server_needs_its_sdk_and_is_loaded_for_itself_alone() -> None:
    needed = {i.imported.split(".")[0] for i in all_imports("segment_toolkit") if is_mcp_server(i.importer)}
    loaded = [i for i in all_imports("segment_toolkit") if is_mcp_server(i.imported) and not is_mcp_server(i.importer)]

    assert needed & VENDORS == {"mcp", "mcp_types"}
    assert {i.importer for i in loaded if not i.for_types} == {
        "segment_toolkit.cli.mcp_command",
        "segment_toolkit.cli.mcp_config_command",
    }


def test_only_the_wire_and_the_sandbox_know_httpx_at_run_time() -> None:
    found = {i.importer for i in all_imports("segment_toolkit") if i.imported == "httpx" and not i.for_types}

    assert {name for name in found if not is_sandbox(name)} == {
        f"segment_toolkit.transport.{name}" for name in ("connections", "http")
    }


def test_the_words_of_failure_are_known_to_all_and_know_nobody() -> None:
    run_time = [i for i in imports_of("segment_toolkit.errors") if not i.for_types]

    assert [str(i) for i in run_time if i.imported.split(".")[0] in PACKAGES] == []


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {
        module: {
            i.imported
            for i in imports_of(module)
            if i.imported in MODULES and i.inside is None and not i.for_types and i.imported != module
        }
        for module in MODULES
    }

    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")

    assert set(order) == set(MODULES)


def loaded_by(code: str) -> set[str]:
    """The modules in a fresh interpreter after `code`."""
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


LIGHT = {
    "importing the package": "import segment_toolkit",
    "importing the toolkit's name": "from segment_toolkit import SegmentToolkit",
    "importing the async toolkit's name": "from segment_toolkit import AsyncSegmentToolkit",
    "listing the tools": "from segment_toolkit import SegmentToolkit; SegmentToolkit().tools.get()",
    "listing the strict form": (
        "from segment_toolkit import OpenAIProvider, SegmentToolkit\n"
        "SegmentToolkit(OpenAIProvider(strict=True)).tools.get()"
    ),
    "listing for Anthropic": (
        "from segment_toolkit import SegmentToolkit\n"
        "from segment_toolkit.providers import AnthropicProvider\n"
        "SegmentToolkit(AnthropicProvider()).tools.get()"
    ),
    "naming every provider": (
        "import segment_toolkit.providers as p\n[p.provider_class(name)() for name in p.PROVIDERS]"
    ),
    "listing as Composio does": (
        "from segment_toolkit import Composio\nComposio().tools.get(user_id='u1', toolkits=['SEGMENT'])"
    ),
}


@pytest.mark.parametrize("code", LIGHT.values(), ids=LIGHT)
def test_what_needs_no_network_loads_no_http_client_and_builds_no_model(code: str) -> None:
    loaded = loaded_by("import sys; before = set(sys.modules)\n" + code)
    bare = loaded_by("import sys")

    assert sorted((loaded - bare) & HEAVY) == []


def test_listing_works_without_credentials_and_without_the_environments() -> None:
    code = (
        "import os\n"
        "for name in [name for name in os.environ if name.startswith('SEGMENT_')]: del os.environ[name]\n"
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('a socket was opened')\n"
        "socket.socket = refuse\n"
        "from segment_toolkit import SegmentToolkit\n"
        "assert len(SegmentToolkit().tools.get()) >= 17\n"
    )

    loaded = loaded_by(code)

    assert "segment_toolkit.tools" in loaded
