"""LangChain's `create_agent`, which runs tools in LangGraph's `ToolNode`."""

from __future__ import annotations

from tests.providers.conversation import AgenticAdapter


class LangChainAdapter(AgenticAdapter):
    name = "langchain"
    needs = ("langchain", "langgraph")


ADAPTER = LangChainAdapter()
