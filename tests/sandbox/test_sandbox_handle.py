"""The `Sandbox` handle: what is seeded, what is deterministic, what is secret."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import segment_toolkit.sandbox
from segment_toolkit.sandbox import Sandbox

PACKAGE = Path(segment_toolkit.sandbox.__file__).parent


def test_the_public_names_are_pinned() -> None:
    assert segment_toolkit.sandbox.__all__ == [
        "Closed",
        "DeliverySettings",
        "IdentitySettings",
        "InUse",
        "Profile",
        "RateLimits",
        "RecordedRequest",
        "RetryPolicy",
        "Sandbox",
        "StoppedClock",
        "Unusable",
        "WorkspaceHandle",
    ]


def test_the_same_seed_gives_the_same_ids_and_secrets() -> None:
    one, two = Sandbox(seed="acme"), Sandbox(seed="acme")

    assert (one.token, one.write_keys, one.sources) == (two.token, two.write_keys, two.sources)
    assert (one.destinations, one.warehouses) == (two.destinations, two.warehouses)


@pytest.mark.parametrize("other", [Sandbox(seed="other"), Sandbox(region="eu")], ids=["other seed", "other region"])
def test_another_seed_or_region_gives_other_ids_and_secrets(other: Sandbox) -> None:
    box = Sandbox()

    assert box.token != other.token
    assert box.write_key != other.write_key
    assert not set(box.sources.values()) & set(other.sources.values())


def test_ids_and_secrets_have_the_documented_forms(box: Sandbox) -> None:
    assert box.token.startswith("sgp_")
    assert box.token.removeprefix("sgp_").isalnum()
    assert all(len(key) == 32 and key.isalnum() for key in box.write_keys.values())
    assert all(len(id_) == 22 and id_.isalnum() for id_ in [*box.sources.values(), *box.destinations.values()])


def test_the_seeded_workspace_is_a_small_shop(box: Sandbox) -> None:
    assert list(box.sources) == ["shop-web", "shop-api", "shop-ios", "old-backoffice"]
    assert list(box.destinations) == ["actions-amplitude", "slack", "actions-webhook"]
    assert list(box.warehouses) == ["postgres", "bigquery"]
    assert box.write_key == box.write_keys["shop-web"]


def test_repr_shows_no_secret(box: Sandbox, public: httpx.Client, web: str) -> None:
    public.delete(f"/sources/{web}/writekey/{box.write_key}")

    shown = repr(box) + repr(box.requests)

    assert "DELETE" in shown
    assert box.token not in shown
    assert box.write_key not in shown


def test_a_region_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'us' or 'eu'"):
        Sandbox(region="mars")  # type: ignore[arg-type]


def test_reset_goes_back_to_the_seeded_state(box: Sandbox, public: httpx.Client, web: str) -> None:
    before = public.get("/sources").json()
    public.delete(f"/sources/{web}")
    public.post(
        "https://api.segment.io/v1/track", json={"writeKey": box.write_keys["shop-api"], "userId": "u", "event": "E"}
    )
    box.inject(status=500)

    box.reset()

    assert (box.events, box.dropped, box.requests) == ([], [], [])
    assert public.get("/sources").json() == before


def test_the_description_holds_what_a_client_needs(box: Sandbox) -> None:
    description = box.description(public_api_url="http://x", tracking_url="http://x/v1")

    assert description == {
        "public_api_url": "http://x",
        "tracking_url": "http://x/v1",
        "region": "us",
        "token": box.token,
        "write_keys": box.write_keys,
        "sources": box.sources,
        "destinations": box.destinations,
        "space_id": box.space_id,
        "profile_token": box.profile_token,
        "workspaces": {"acme": {"region": "us", "token": box.token, "write_keys": box.write_keys}},
    }


def test_requests_are_recorded_as_they_were_sent(box: Sandbox, tracking: httpx.Client) -> None:
    tracking.post("/track?debug=1", json={"writeKey": "k" * 32})

    [request] = box.requests
    assert (request.method, request.host, request.path) == ("POST", "api.segment.io", "/v1/track")
    assert (request.query, request.status) == ("debug=1", 200)
    assert request.headers["content-type"] == "application/json"
    assert request.json() == {"writeKey": "k" * 32}


def test_nothing_of_the_rest_of_the_toolkit_is_imported() -> None:
    imported = {
        node.module
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("segment_toolkit")
    }

    assert imported
    assert all(module.startswith("segment_toolkit.sandbox") for module in imported)


def test_importing_the_sandbox_does_not_import_uvicorn() -> None:
    script = "import sys, segment_toolkit.sandbox.server; sys.exit('uvicorn' in sys.modules)"

    finished = subprocess.run([sys.executable, "-c", script], cwd=PACKAGE.parent.parent, check=False)

    assert finished.returncode == 0
