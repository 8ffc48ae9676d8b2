"""Write the golden definitions and the snapshots of every form in which a model sees them.

    schemas/segment_schemas/SEGMENT_*.json    one tool each; they ship, and listing reads them
    tests/snapshots/forms/FORM.json           one tool a line, as a vendor is sent it; they do not ship

With --check, write nothing and fail if one would change.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "schemas")]

import segment_schemas  # noqa: E402
from segment_toolkit.definitions.cost import compact  # noqa: E402
from segment_toolkit.definitions.definition import ToolDefinition, ToolkitRef, definition_of  # noqa: E402
from segment_toolkit.definitions.forms import FORMS, wrapper  # noqa: E402
from segment_tools import TOOLS  # noqa: E402

GOLDEN = Path(segment_schemas.folder())
SNAPSHOTS = ROOT / "tests" / "snapshots" / "forms"


def wanted() -> dict[Path, str]:
    """What the files should hold."""
    golden = {GOLDEN / f"{t.slug}.json": json.dumps(t.definition(), indent=2, ensure_ascii=False) + "\n" for t in TOOLS}
    return golden | {SNAPSHOTS / f"{form}.json": snapshot(form) for form in FORMS}


def snapshot(form: str) -> str:
    """Every tool in that form, one a line, so that a change of one tool is a change of one line."""
    wrap = wrapper(form)
    return "[\n" + ",\n".join(compact(wrap(tool)) for tool in definitions()) + "\n]\n"


def definitions() -> list[ToolDefinition]:
    """The tools' definitions from their code, whatever the golden files hold."""
    ref = ToolkitRef(slug="segment", name="Segment", logo="")
    made = [json.loads(json.dumps(tool.definition())) for tool in sorted(TOOLS, key=lambda tool: tool.slug)]
    return [definition_of(golden, toolkit=ref, version="", no_auth=False) for golden in made]


def main() -> int:
    """Returns 1 when --check finds a difference."""
    files = wanted()
    present = {file: file.read_text("utf-8") for folder in (GOLDEN, SNAPSHOTS) for file in folder.glob("*.json")}
    changed = sorted(file for file in files.keys() | present.keys() if files.get(file) != present.get(file))
    for file in changed:
        print("differs:" if "--check" in sys.argv else "updated:", file.relative_to(ROOT))
        if "--check" not in sys.argv:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.unlink() if file not in files else file.write_text(files[file], "utf-8")
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
