"""Adapters to LLM vendors and agent frameworks: how tools are shown, how calls arrive, how results go back.

    from segment_toolkit.providers import AnthropicProvider

A provider is loaded when it is first named, and its framework when it first wraps a tool. To add one: a module here,
a line in `PROVIDERS` (and its twin for type checkers), a row in the conformance suite (`tests/providers/adapters`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .base import AgenticProvider, Provider
from .runner import Runner, sdk

# What type checkers see of the table below; a law holds the two together.
if TYPE_CHECKING:
    from .agent_framework import AgentFrameworkProvider as AgentFrameworkProvider
    from .agno import AgnoProvider as AgnoProvider
    from .anthropic import AnthropicProvider as AnthropicProvider
    from .autogen import AutoGenProvider as AutoGenProvider
    from .bedrock import BedrockProvider as BedrockProvider
    from .claude_agent import ClaudeAgentProvider as ClaudeAgentProvider
    from .crewai import CrewAIProvider as CrewAIProvider
    from .dspy import DSPyProvider as DSPyProvider
    from .gemini import GeminiProvider as GeminiProvider
    from .google_adk import GoogleADKProvider as GoogleADKProvider
    from .haystack import HaystackProvider as HaystackProvider
    from .langchain import LangChainProvider as LangChainProvider
    from .litellm import LiteLLMProvider as LiteLLMProvider
    from .llamaindex import LlamaIndexProvider as LlamaIndexProvider
    from .mistral import MistralProvider as MistralProvider
    from .openai import OpenAIProvider as OpenAIProvider
    from .openai_agents import OpenAIAgentsProvider as OpenAIAgentsProvider
    from .openai_responses import OpenAIResponsesProvider as OpenAIResponsesProvider
    from .pydantic_ai import PydanticAIProvider as PydanticAIProvider
    from .smolagents import SmolagentsProvider as SmolagentsProvider

    ClaudeAgentSDKProvider = ClaudeAgentProvider
    GoogleProvider = GeminiProvider
    LangGraphProvider = LangChainProvider

#: Module in this package, which is also the name of the extra -> its class.
PROVIDERS = {
    "openai": "OpenAIProvider",
    "openai_responses": "OpenAIResponsesProvider",
    "anthropic": "AnthropicProvider",
    "gemini": "GeminiProvider",
    "bedrock": "BedrockProvider",
    "mistral": "MistralProvider",
    "litellm": "LiteLLMProvider",
    "langchain": "LangChainProvider",
    "llamaindex": "LlamaIndexProvider",
    "openai_agents": "OpenAIAgentsProvider",
    "pydantic_ai": "PydanticAIProvider",
    "crewai": "CrewAIProvider",
    "autogen": "AutoGenProvider",
    "agent_framework": "AgentFrameworkProvider",
    "google_adk": "GoogleADKProvider",
    "claude_agent": "ClaudeAgentProvider",
    "smolagents": "SmolagentsProvider",
    "agno": "AgnoProvider",
    "haystack": "HaystackProvider",
    "dspy": "DSPyProvider",
}
#: Other names of the same classes: another framework on the same tools, or Composio's spelling beside that of case.
ALIASES = {"LangGraphProvider": "langchain", "ClaudeAgentSDKProvider": "claude_agent", "GoogleProvider": "gemini"}

__all__ = ["PROVIDERS", "AgenticProvider", "Provider", "Runner", "provider_class", "sdk"]

_HOMES = {name.lower(): module for module, name in PROVIDERS.items()} | {n.lower(): m for n, m in ALIASES.items()}


def provider_class(name: str) -> type[Provider] | type[AgenticProvider]:
    """The class of a provider by its module's name. Raises InvalidParams for an unknown one, naming the nearest."""
    module = name.replace("-", "_").lower()
    if module not in PROVIDERS:
        from ..errors import InvalidParams
        from ..names import did_you_mean

        near = did_you_mean(module, PROVIDERS, 1) or f"; there are: {', '.join(PROVIDERS)}"
        raise InvalidParams(f"No provider has that name{near}.")
    found: type[Provider] | type[AgenticProvider] = getattr(import_module(f".{module}", __name__), PROVIDERS[module])
    return found


def __getattr__(name: str) -> Any:
    module = _HOMES.get(name.lower())  # Composio writes LangchainProvider
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return provider_class(module)


def __dir__() -> list[str]:
    return sorted({*__all__, *PROVIDERS.values(), *ALIASES})
