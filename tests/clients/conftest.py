"""The sandboxes that clients deliver to, each a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from served import OAuthSandbox, Served, served

from segment_toolkit.sandbox import Sandbox


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "sandbox.db") as running:
        yield running


@pytest.fixture
def oauth(tmp_path: Path) -> Iterator[OAuthSandbox]:
    database = tmp_path / "sandbox.db"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    box = Sandbox(path=database)
    app = box.add_oauth_app(public, "shop-api")
    box.close()
    with served(database) as running:
        yield OAuthSandbox(running, app.id, app.key_id, private)
