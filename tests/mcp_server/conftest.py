"""Where the SDK is not installed these tests are left out; in CI (the variable is set) that is a failure."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

# The command line's helpers are used here too, whichever test file is run.
sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

if find_spec("mcp_types") is None and not os.environ.get("CI"):
    collect_ignore_glob = ["test_*.py"]
