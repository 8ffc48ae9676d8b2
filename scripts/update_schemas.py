"""Write schemas/segment_schemas/*.json from the tools. With --check, write nothing and fail if one would change."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools"), str(ROOT / "schemas")]

import segment_schemas  # noqa: E402
from segment_tools import TOOLS  # noqa: E402


def main() -> int:
    """Returns 1 when --check finds a difference."""
    wanted = {f"{t.slug}.json": json.dumps(t.definition(), indent=2, ensure_ascii=False) + "\n" for t in TOOLS}
    folder = Path(segment_schemas.folder())
    present = {file.name: file.read_text("utf-8") for file in folder.glob("*.json")}
    changed = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    for name in changed:
        print("differs:" if "--check" in sys.argv else "updated:", name)
        if "--check" not in sys.argv:
            (folder / name).unlink() if name not in wanted else (folder / name).write_text(wanted[name], "utf-8")
    return 1 if changed and "--check" in sys.argv else 0


if __name__ == "__main__":
    raise SystemExit(main())
