"""Two tenants on one toolkit: whatever is interleaved, nothing of one reaches the other."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scripts.judging.hurry import hurried
from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.accounts import ConnectedAccount
from segment_toolkit.sandbox import Sandbox, WorkspaceHandle

TURNS = 10_000
TENANTS = ("acme", "globex")
THREADS = 16

Tenants = dict[str, WorkspaceHandle]


@pytest.fixture
def tenants(box: Sandbox) -> Tenants:
    """Two workspaces of one Segment, in different regions; each has the same sources under ids of its own."""
    box.add_workspace("globex", region="eu")
    for number, kind in enumerate(("server_error", "reset_before", "reset_after", "html_200", "rate_limited")):
        box.inject(kind=kind, probability=0.02, seed=number)
    return box.workspaces


def values(tenant: WorkspaceHandle, source: str = "shop-web") -> dict[str, str]:
    return {"public_api_token": tenant.token, "write_key": tenant.write_keys[source], "region": tenant.region}


def account(tenant: WorkspaceHandle) -> dict[str, Any]:
    return {"auth_scheme": "API_KEY", "val": values(tenant)}


@pytest.fixture
def toolkit(box: Sandbox, tenants: Tenants) -> Iterator[SegmentToolkit]:
    """A toolkit without a secret of its own: each user has a connected account."""
    with SegmentToolkit(transport=box.transport(), environ={}, reliability=hurried()) as made:
        for name, tenant in tenants.items():
            made.connected_accounts.initiate(name, "ac_x", config=account(tenant))
        yield made


def turn(tenants: Tenants, number: int) -> tuple[str, str, dict[str, Any]]:
    """Whose turn it is, and with what: mostly events, a read of what is the tenant's, a read of what is the other's."""
    name, kind = TENANTS[number % 2], number // 2 % 10
    if kind < 8:
        event = {"userId": f"{name}-user", "event": "E", "properties": {"tenant": name, "turn": number}}
        return name, "SEGMENT_TRACK", event
    whose = name if kind == 8 else _other(name)
    return name, "SEGMENT_GET_DESTINATION", {"destinationId": tenants[whose].destinations["slack"]}


def _other(name: str) -> str:
    return TENANTS[1 - TENANTS.index(name)]


def crossed(box: Sandbox, tenants: Tenants) -> list[str]:
    """The requests that carry one tenant's event or id and another's secret, and the events in the wrong workspace."""
    secrets = {name: {tenant.token, *tenant.write_keys.values()} for name, tenant in tenants.items()}
    found = []
    for request in box.requests:
        if request.path.startswith("/v1/"):
            whose = request.json()["properties"]["tenant"]
            if _secret(request.headers["authorization"]) not in secrets[whose]:
                found.append(f"an event of {whose} with a key of another")
    for name, tenant in tenants.items():
        found += [f"an event in {name}" for e in tenant.events if e["properties"]["tenant"] != name]
    return found


def _secret(authorization: str) -> str:
    scheme, _, secret = authorization.partition(" ")
    return b64decode(secret).decode().removesuffix(":") if scheme == "Basic" else secret


def tells_of_another(tenants: Tenants, name: str, asked: dict[str, Any], envelope: Envelope) -> bool:
    """Whether an envelope names an id or a secret of the other tenant, beyond what its own call named."""
    other = tenants[_other(name)]
    ids = {other.id, other.token, *other.sources.values(), *other.destinations.values(), *other.write_keys.values()}
    text = json.dumps(envelope) + repr(envelope.failure)
    return any(id_ in text for id_ in ids - set(asked.values()) if isinstance(id_, str))


def run_turn(toolkit: SegmentToolkit, tenants: Tenants, number: int) -> str | None:
    name, slug, arguments = turn(tenants, number)
    flat = {key: value for key, value in arguments.items() if isinstance(value, str)}
    envelope = toolkit.tools.execute(slug, arguments, user_id=name)
    return wrong_in(tenants, name, slug, flat, envelope)


def wrong_in(tenants: Tenants, name: str, slug: str, asked: dict[str, Any], envelope: Envelope) -> str | None:
    if tells_of_another(tenants, name, asked, envelope):
        return f"{name} is told of another"
    foreign = asked.get("destinationId") in tenants[_other(name)].destinations.values()
    if slug == "SEGMENT_GET_DESTINATION" and foreign and envelope.successful:
        return f"{name} read what is another's"
    return None


def test_two_tenants_interleaved_ten_thousand_times_never_cross(
    box: Sandbox, toolkit: SegmentToolkit, tenants: Tenants
) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        wrong = [what for what in pool.map(lambda n: run_turn(toolkit, tenants, n), range(TURNS)) if what]

    assert wrong == []
    assert crossed(box, tenants) == []
    assert min(tenant.event_count for tenant in tenants.values()) > TURNS // 3


def test_two_tenants_in_a_thousand_tasks_never_cross(box: Sandbox, tenants: Tenants) -> None:
    async def run() -> list[str | None]:
        toolkit = AsyncSegmentToolkit(transport=box.async_transport(), environ={}, reliability=hurried())
        async with toolkit:
            for name, tenant in tenants.items():
                await toolkit.connected_accounts.initiate(name, "ac_x", config=account(tenant))

            async def one(number: int) -> str | None:
                name, slug, arguments = turn(tenants, number)
                flat = {key: value for key, value in arguments.items() if isinstance(value, str)}
                envelope = await toolkit.tools.execute(slug, arguments, user_id=name)
                return wrong_in(tenants, name, slug, flat, envelope)

            return list(await asyncio.gather(*map(one, range(1_000))))

    wrong = asyncio.run(run())

    assert [what for what in wrong if what] == []
    assert crossed(box, tenants) == []
    assert min(tenant.event_count for tenant in tenants.values()) > 300


def test_tenants_do_not_cross_while_their_credentials_change(
    box: Sandbox, toolkit: SegmentToolkit, tenants: Tenants
) -> None:
    """One tenant's key is replaced again and again, the other's account is switched off and on."""
    accounts = {name: toolkit.connected_accounts.list(user_ids=[name]).items[0] for name in TENANTS}
    sources = list(tenants["acme"].write_keys)

    def change(number: int) -> ConnectedAccount:
        if number % 2:
            connection = {"write_key": values(tenants["acme"], sources[number % len(sources)])["write_key"]}
            return toolkit.connected_accounts.update(accounts["acme"].id, connection=connection)
        switch = toolkit.connected_accounts.disable if number % 4 else toolkit.connected_accounts.enable
        return switch(accounts["globex"].id)

    def either(number: int) -> str | None:
        if number % 25 == 0:
            change(number // 25)
            return None
        return run_turn(toolkit, tenants, number)

    with ThreadPoolExecutor(THREADS) as pool:
        wrong = [what for what in pool.map(either, range(5_000)) if what]

    assert wrong == []
    assert crossed(box, tenants) == []
    assert len({event["sourceId"] for event in tenants["acme"].events}) > 1  # several keys were in use


def test_a_tenant_that_is_switched_off_uses_no_other_tenants_account(
    box: Sandbox, toolkit: SegmentToolkit, tenants: Tenants
) -> None:
    box.clear_faults()
    mine = toolkit.connected_accounts.list(user_ids=["globex"]).items[0]
    toolkit.connected_accounts.disable(mine.id)
    event = {"userId": "u", "event": "E", "properties": {"tenant": "globex"}}

    envelopes = [toolkit.tools.execute("SEGMENT_TRACK", event, user_id="globex") for _ in range(3)]

    assert [envelope.failure.code for envelope in envelopes if envelope.failure] == ["auth"] * 3
    assert box.requests == []
    assert tenants["acme"].events == []


def test_the_account_of_another_user_is_no_account(box: Sandbox, toolkit: SegmentToolkit) -> None:
    theirs = toolkit.connected_accounts.list(user_ids=["globex"]).items[0]

    envelope = toolkit.tools.execute(
        "SEGMENT_TRACK", {"userId": "u", "event": "E"}, user_id="acme", connected_account_id=theirs.id
    )

    assert not envelope.successful
    assert box.requests == []
