"""Adapters to LLM vendors: how tools are shown to a model, how its calls arrive, how results go back."""

from .base import Provider
from .openai import OpenAIProvider

__all__ = ["OpenAIProvider", "Provider"]
