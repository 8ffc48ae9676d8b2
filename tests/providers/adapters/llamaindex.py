"""LlamaIndex's `FunctionAgent`."""

from __future__ import annotations

from tests.providers.conversation import AgenticAdapter


class LlamaIndexAdapter(AgenticAdapter):
    name = "llamaindex"
    needs = ("llama_index.core",)


ADAPTER = LlamaIndexAdapter()
