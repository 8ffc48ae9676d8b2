"""Run with the installed wheel, outside the checkout: tools are listed, described, typed, and run on the sandbox."""

import json
from pathlib import Path

import segment_schemas
import segment_toolkit
import segment_tools
from segment_toolkit import SegmentToolkit

assert "site-packages" in segment_toolkit.__file__, segment_toolkit.__file__
for package in (segment_toolkit, segment_tools, segment_schemas):
    assert package.__file__ is not None
    assert (Path(package.__file__).parent / "py.typed").exists(), package

toolkit = SegmentToolkit.sandbox()
tools = toolkit.tools.get(user_id="wheel", toolkits=["SEGMENT"])
schemas = segment_schemas.load()
assert len(tools) == len(schemas) == len(segment_tools.TOOLS) >= 17, (len(tools), len(schemas))

envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "Installed"}, user_id="wheel")
assert envelope["successful"], json.dumps(envelope)
print(f"wheel {segment_toolkit.__version__}: {len(tools)} tools listed, {len(schemas)} schemas loaded, one call made")
