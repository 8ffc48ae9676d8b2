"""What a provider is held to, whatever its vendor or framework: the words of `test_conformance`.

An adapter is one module in `tests/providers/adapters/` with an `ADAPTER`. It says how the real library lists our tools,
how a model's calls are made through it, and how the results look that go back to the model. It imports its library
inside its methods, so that a missing one skips its cases: unless `SEGMENT_REQUIRE_PROVIDER` names it.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.definitions.definition import ToolDefinition
from segment_toolkit.definitions.strict import loose
from segment_toolkit.providers import PROVIDERS

REQUIRED = os.environ.get("SEGMENT_REQUIRE_PROVIDER", "").replace("-", "_")


class Call(NamedTuple):
    """A tool call that the model proposes."""

    name: str
    arguments: Mapping[str, Any]


class Outcome(NamedTuple):
    """What the model reads of one call, and the framework's own sign of failure (None: it has none)."""

    text: str
    failed: bool | None = None
    call_id: str | None = None

    @property
    def envelope(self) -> Any:
        return json.loads(self.text)


class Adapter(ABC):
    """One provider through its real library. Every method may import it."""

    #: The provider's name in `segment_toolkit.providers.PROVIDERS`, and the modules its library must have.
    name: ClassVar[str]
    needs: ClassVar[Sequence[str]] = ()
    #: Whether the library hands our tools calls of tools that do not exist, and arguments that break the schema. Where
    #: it does not, it answers the model by itself; the suite then asks only for a failure that the model can read.
    passes_unknown_tools: ClassVar[bool] = True
    passes_bad_arguments: ClassVar[bool] = True
    #: Whether the library can await tools.
    has_async: ClassVar[bool] = True

    def provider(self) -> Any:
        """A new provider, as a user makes it."""
        from segment_toolkit.providers import provider_class

        return provider_class(self.name)()

    def tool_name(self, slug: str) -> str:
        """The name by which the model knows a tool."""
        return slug

    def expected(self, tool: ToolDefinition) -> Any:
        """The parameters of a tool as `listed` must report them: ours, unless the library forces another form."""
        return loose(tool.input_parameters)

    @abstractmethod
    def listed(self, toolkit: SegmentToolkit) -> Mapping[str, Any]:
        """Tool name -> parameters, of all tools, as the real library sends them to the model."""

    @abstractmethod
    def call(self, toolkit: SegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        """Have the model propose these calls in one turn; what then goes back to it, a result for each, in order."""

    async def acall(self, toolkit: AsyncSegmentToolkit, calls: Sequence[Call]) -> list[Outcome]:
        """`call`, on the async toolkit, by the library's async way."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.name

    def ready(self) -> None:
        """Skip what needs a library that is missing, naming the extra; fail if it is required."""
        missing = [module for module in self.needs if not _there(module)]
        if missing and self.name != REQUIRED:
            pytest.skip(f"no {', '.join(missing)}: pip install 'segment-agent-toolkit[{self.name.replace('_', '-')}]'")
        assert not missing, f"SEGMENT_REQUIRE_PROVIDER={self.name}, and {missing} cannot be imported"


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a parent package
        return False


def adapters() -> list[Adapter]:
    """Those that there are, in the order of the table of providers."""
    there = {file.stem for file in Path(__file__).with_name("adapters").glob("*.py")}
    return [import_module(f"tests.providers.adapters.{name}").ADAPTER for name in PROVIDERS if name in there]
