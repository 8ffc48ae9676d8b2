"""What can be typed: the commands and their options. Nothing of the toolkit is loaded here but names."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from .._version import __version__
from ..definitions.forms import FORMS
from .audit_options import add_audit
from .exits import CommandError
from .mcp_options import add_mcp
from .policy_options import add_policy
from .printing import remark

_ARGUMENTS_HELP = """\
arguments:
  event="Signed Up"           a value of the tool's own type: userId=42 is the text "42"
  properties.revenue=9.5      into an object; number, true, false or null there if it reads as one
  batch[0].type=track         into an array
  traits.tags:='["a", "b"]'   any JSON
  -d '{...}', -d @file, -d -  all of them as JSON, from a file, from stdin; key=value comes on top

environment, without --sandbox:
  SEGMENT_REGION              us or eu
  SEGMENT_WRITE_KEY           to send events
  SEGMENT_PUBLIC_API_TOKEN    for sources and destinations
  SEGMENT_TRACKING_URL, SEGMENT_PUBLIC_API_URL   other hosts, such as a sandbox served elsewhere

exit codes: 0 successful, 1 unsuccessful, 2 usage, 3 no connection
"""


class _Parser(argparse.ArgumentParser):
    """Complains in one line, where argparse prints the usage as well."""

    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message} (see {self.prog} --help)")


def chosen(argv: Sequence[str]) -> argparse.Namespace:
    """The chosen command's options; its module is `options.module`. Raises CommandError, and SystemExit after help."""
    parser = _parser()
    # Defaults of what may stand before and after a command: with SUPPRESS there, one place does not undo the other.
    options, rest = parser.parse_known_args(argv, argparse.Namespace(module=None, json=False, tag=None, search=None))
    flags = [word.partition("=")[0] for word in rest if word.startswith("-")]
    if flags:
        parser.error(f"no such option: {flags[0]}")
    if options.module is None:
        remark(parser.format_help())
        raise CommandError("choose a command")
    if options.module == "run_command":
        options.arguments = [*options.arguments, *rest]  # argparse hands back what follows an option in between
    elif rest:
        parser.error("too many arguments")
    return options


def _parser() -> argparse.ArgumentParser:
    json_option = _Parser(add_help=False, allow_abbrev=False)
    json_option.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="JSON on stdout, nothing else"
    )
    parser = _Parser(
        prog="segment-toolkit",
        description="Tools of Twilio Segment for LLM agents, and a local Segment to try them on.",
        parents=[json_option],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=_Parser)
    _add_tools(commands, json_option)
    _add_run(commands, json_option)
    _add_sandbox(commands, json_option)
    _add_playground(commands, json_option)
    _add_doctor(commands, json_option)
    add_mcp(commands, json_option, _Parser, _port)
    add_audit(commands, json_option, _Parser)
    return parser


Commands = argparse._SubParsersAction  # argparse gives it no public name


def _add_tools(commands: Commands[_Parser], json_option: _Parser) -> None:
    filters = _Parser(add_help=False, allow_abbrev=False)
    filters.add_argument(
        "--tag",
        action="append",
        default=argparse.SUPPRESS,
        help="with this tag: a toolset, read, write or destructive; repeat it for any of several",
    )
    filters.add_argument("--search", metavar="TEXT", default=argparse.SUPPRESS, help="best matches first")
    add_policy(filters)
    parents = [json_option, filters]
    tools = commands.add_parser("tools", parents=parents, allow_abbrev=False, help="list the tools, or show one")
    tools.set_defaults(module="tools_command", slug=None)
    actions = tools.add_subparsers(metavar="list|show|cost", parser_class=_Parser)
    actions.add_parser("list", parents=parents, allow_abbrev=False, help="all tools, or those that match")
    show = actions.add_parser("show", parents=[json_option], allow_abbrev=False, help="one tool and its arguments")
    show.add_argument("slug", metavar="SLUG", help="such as SEGMENT_TRACK, or track")
    show.add_argument("--format", choices=(*FORMS, "json"), help="as a vendor is sent it, or everything as JSON")
    show.add_argument("--strict", action="store_true", help="OpenAI's strict form")
    cost = actions.add_parser("cost", parents=[json_option], allow_abbrev=False, help="what the tools cost in tokens")
    cost.set_defaults(module="cost_command")
    cost.add_argument(
        "--form", action="append", choices=FORMS, dest="forms", help="only this vendor's form; repeat it for several"
    )


def _add_run(commands: Commands[_Parser], json_option: _Parser) -> None:
    run = commands.add_parser(
        "run",
        parents=[json_option],
        allow_abbrev=False,
        help="run one tool",
        epilog=_ARGUMENTS_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.set_defaults(module="run_command")
    run.add_argument("slug", metavar="SLUG", help="such as SEGMENT_TRACK, or track")
    run.add_argument("arguments", metavar="key=value", nargs="*", default=[], help="see below")
    run.add_argument("-d", "--data", metavar="JSON|@FILE|-", help="the arguments as a JSON object")
    run.add_argument("--sandbox", action="store_true", help="on a fresh local Segment, in this process")
    run.add_argument("--yes", action="store_true", help="approve a destructive tool")
    run.add_argument("--override", metavar="REASON", help="approve it although it is in use")
    run.add_argument("--preview", action="store_true", help="show what a write would send, and send nothing")
    add_policy(run)
    run.add_argument("--user-id", metavar="ID", help="your own user's id, not Segment's userId")
    run.add_argument("--audit", metavar="FILE", help="record the call there: .jsonl, .db or .sqlite")


def _add_sandbox(commands: Commands[_Parser], json_option: _Parser) -> None:
    sandbox = commands.add_parser("sandbox", parents=[json_option], allow_abbrev=False, help="serve a local Segment")
    sandbox.set_defaults(module="sandbox_command")
    sandbox.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    sandbox.add_argument(
        "--port", type=_port, default=8765, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    sandbox.add_argument("--region", choices=("us", "eu"), default="us", help="default: %(default)s")
    sandbox.add_argument(
        "--eu-port",
        type=_port,
        metavar="PORT",
        help="serve the EU on a port of its own, as Segment's hosts are; otherwise one port serves both regions",
    )
    sandbox.add_argument("--db", metavar="PATH", help="keep everything in this SQLite file, and go on from it")
    sandbox.add_argument("--demo", choices=("shop",), help="fill the workspace with a year of an online shop")
    sandbox.add_argument(
        "--workspace",
        action="append",
        default=[],
        type=_workspace,
        metavar="SLUG[:eu]",
        dest="workspaces",
        help="add a workspace; may be given more than once",
    )
    sandbox.add_argument("--files", metavar="FOLDER", help="where destinations of the kind `file` may write")
    sandbox.add_argument("--rate-limits", action="store_true", help="keep Segment's documented rate limits")


def _add_playground(commands: Commands[_Parser], json_option: _Parser) -> None:
    playground = commands.add_parser(
        "playground", parents=[json_option], allow_abbrev=False, help="try the tools on a local Segment"
    )
    playground.set_defaults(module="playground_command")
    playground.add_argument("--demo", action="store_true", help="run a sample of every tool, and ask nothing")


def _add_doctor(commands: Commands[_Parser], json_option: _Parser) -> None:
    doctor = commands.add_parser(
        "doctor", parents=[json_option], allow_abbrev=False, help="find out why events do not arrive"
    )
    doctor.set_defaults(module="doctor_command")
    doctor.add_argument("--sandbox", action="store_true", help="look at a fresh local Segment, in this process")
    doctor.add_argument("--demo", choices=("shop",), help="with --sandbox: a year of an online shop, mistakes and all")
    doctor.add_argument("--region", choices=("us", "eu"), help="instead of SEGMENT_REGION")
    doctor.add_argument("--user-id", metavar="ID", help="your own user's id, whose connected account is looked at")
    doctor.add_argument("--mtu-limit", type=_number, metavar="N", help="MTUs a month that your plan allows")
    doctor.add_argument("--api-call-limit", type=_number, metavar="N", help="API calls a month that your plan allows")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number from 1")
    return int(text)


def _workspace(text: str) -> tuple[str, str]:
    slug, _, region = text.partition(":")
    if not slug or region not in ("", "us", "eu"):
        raise argparse.ArgumentTypeError("must be a slug, or a slug and a region: shop, shop:us or shop:eu")
    return slug, region or "us"


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:6]) > 65535:
        raise argparse.ArgumentTypeError("must be a number from 0 to 65535")
    return int(text)
