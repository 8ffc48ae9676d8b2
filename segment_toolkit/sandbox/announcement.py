"""What the served sandbox tells a person: where it is, and the environment that points a client at it."""

from __future__ import annotations

from segment_toolkit.sandbox.wire import Json


def announcement(description: Json) -> str:
    """Write the facts of `Sandbox.description` as a short text."""
    lines = [
        "A local Segment is running; press Ctrl+C to stop it.",
        f"  Public API    {description['public_api_url']}",
        f"  Tracking API  {description['tracking_url']}",
        "",
        *_exports(description),
        "",
        "  source              id                      write key",
    ]
    for slug, source_id in description["sources"].items():
        lines.append(f"  {slug:<18}  {source_id}  {description['write_keys'].get(slug, '-')}")
    lines += ["", "  destination         id"]
    lines += [f"  {slug:<18}  {destination_id}" for slug, destination_id in description["destinations"].items()]
    return "\n".join([*lines, *_others(description)])


def _others(description: Json) -> list[str]:
    """The EU's port, and the workspaces beside the first, where there are any."""
    lines = []
    if "eu_public_api_url" in description:
        lines += ["", f"  EU: Public API {description['eu_public_api_url']}, Tracking {description['eu_tracking_url']}"]
    for slug, workspace in list(description["workspaces"].items())[1:]:
        lines += ["", f"  workspace {slug} ({workspace['region']}), token {workspace['token']}"]
        lines += [f"    {source:<18}  write key {write_key}" for source, write_key in workspace["write_keys"].items()]
    return lines


def _exports(description: Json) -> list[str]:
    variables = {
        "SEGMENT_PUBLIC_API_URL": description["public_api_url"],
        "SEGMENT_TRACKING_URL": description["tracking_url"],
        "SEGMENT_PUBLIC_API_TOKEN": description["token"],
        "SEGMENT_WRITE_KEY": next(iter(description["write_keys"].values()), ""),
        "SEGMENT_REGION": description["region"],
    }
    return [f"  export {name}={value}" for name, value in variables.items()]
