"""The samples: one for every tool, valid, and successful on the sandbox as it is at that moment."""

from __future__ import annotations

import jsonschema
import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.cli.samples import NoSample, sample
from segment_toolkit.registry import Registry
from segment_toolkit.sandbox import Sandbox

SLUGS = Registry().slugs()


@pytest.mark.parametrize("slug", SLUGS)
def test_a_sample_fits_its_schema_and_succeeds(slug: str) -> None:
    box = Sandbox()
    arguments = sample(slug, box)

    envelope = SegmentToolkit.sandbox(box).tools.execute(slug, arguments)

    jsonschema.validate(arguments, Registry().definition(slug).input_parameters)
    assert envelope.successful, envelope.error
    assert box.dropped == []


@pytest.mark.parametrize("slug", SLUGS)
def test_a_sample_succeeds_a_second_time_too(slug: str) -> None:
    box = Sandbox()
    toolkit = SegmentToolkit.sandbox(box)

    toolkit.tools.execute(slug, sample(slug, box))

    assert toolkit.tools.execute(slug, sample(slug, box)).successful


def test_the_samples_that_destroy_spare_the_source_that_events_go_to() -> None:
    box = Sandbox()

    destroyed = sample("SEGMENT_DELETE_SOURCE", box)["sourceId"], sample("SEGMENT_REMOVE_SOURCE_WRITE_KEY", box)

    assert box.sources["shop-web"] != destroyed[0]
    assert box.write_key != destroyed[1]["writeKey"]


def test_nothing_left_means_no_sample() -> None:
    box = Sandbox()
    toolkit = SegmentToolkit.sandbox(box)
    for source_id in box.sources.values():
        toolkit.tools.execute("SEGMENT_DELETE_SOURCE", {"sourceId": source_id})

    missing = []
    for slug in SLUGS:
        try:
            sample(slug, box)
        except NoSample:
            missing.append(slug)

    assert missing == [slug for slug in SLUGS if slug.endswith(("SOURCE", "DESTINATION", "WRITE_KEY"))]
