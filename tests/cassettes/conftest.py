"""A recording of another workspace than the committed one, made once: all its ids, its token and its keys differ."""

from __future__ import annotations

import pytest
from cassette_files import Recording, secrets_of

from scripts.cassette_recorder.cases import CASES
from scripts.cassette_recorder.places import STANDS_AT, local_segment
from scripts.cassette_recorder.recorder import record
from segment_toolkit.sandbox import Sandbox, StoppedClock


@pytest.fixture(scope="session")
def another_recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    box = Sandbox(seed="another workspace", clock=StoppedClock(STANDS_AT))
    folder = tmp_path_factory.mktemp("cassettes")
    secrets = secrets_of(box)
    with local_segment(box) as place:
        for case in CASES:
            record(case, place, folder)
    return Recording(folder, secrets)
