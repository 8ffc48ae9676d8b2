"""One suite, two ways: every test here runs against the sandbox in process, and again over a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from segment_toolkit import Reliability, SegmentToolkit, approve_everything
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving


@pytest.fixture(params=["in process", "over a socket"])
def toolkit(request: pytest.FixtureRequest, box: Sandbox) -> Iterator[SegmentToolkit]:
    once = Reliability.none()  # every failure shows; tests/reliability holds what becomes of them
    if request.param == "in process":
        with SegmentToolkit.sandbox(box, reliability=once) as made:
            yield made
        return
    with (
        serving(box) as url,
        SegmentToolkit(
            public_api_token=box.token,
            write_key=box.write_key,
            write_keys=box.write_keys,
            public_api_url=url,
            tracking_url=url,
            approve=approve_everything,
            environ={},
            reliability=once,
        ) as made,
    ):
        yield made
