"""Where the cassettes are, how a test names one, and what must not be in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox

FOLDER = Path(__file__).resolve().parents[2] / "cassettes"


def files(folder: Path = FOLDER) -> list[Path]:
    """Every cassette of a folder."""
    return sorted(folder.glob("*/*.yaml"))


every_cassette = pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.stem}")


@dataclass(frozen=True)
class Recording:
    """Cassettes, and the secrets of what was recorded."""

    folder: Path
    secrets: tuple[str, ...]


def secrets_of(box: Sandbox) -> tuple[str, ...]:
    """Every secret of a sandbox: token, write keys, and the API key that one of its destinations holds."""
    with httpx.Client(transport=box.transport(), base_url="http://localhost") as client:
        path = f"/destinations/{box.destinations['actions-amplitude']}"
        answer = client.get(path, headers={"authorization": f"Bearer {box.token}"}).json()
    return (box.token, *box.write_keys.values(), answer["data"]["destination"]["settings"]["apiKey"])
