"""Google ADK's `InMemoryRunner`."""

from __future__ import annotations

from typing import Any

from tests.providers.conversation import AgenticAdapter


class GoogleADKAdapter(AgenticAdapter):
    name = "google_adk"
    needs = ("google.adk",)

    def provider(self) -> Any:
        from segment_toolkit.providers import GoogleADKProvider

        return GoogleADKProvider(require_confirmation=False)  # confirmations: test_approval_in_frameworks


ADAPTER = GoogleADKAdapter()
