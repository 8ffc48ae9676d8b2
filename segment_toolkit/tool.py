"""What a tool is: a value that names itself, describes its arguments, and runs as a generator that does no I/O.

A tool file builds one `Tool`. Its `run` yields `Request`s, is sent a `Response` for each, and returns the data
of the envelope; the drivers in `call/drive` do the sending, sync or async. So a tool is tested with no network.

"The host" in this package is the program that uses the toolkit. A `Host` is where a request goes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from .definitions.schema import portable

# Re-exported: what a tool file may know of masks and of people's texts.
from .secrecy.redaction import fitting as fitting
from .secrecy.redaction import is_mask as is_mask
from .secrecy.redaction import mask as mask
from .secrecy.untrusted import marked as marked

if TYPE_CHECKING:
    from .errors import Problem
    from .transport.regions import Region

JsonObject = dict[str, Any]


class Effect(Enum):
    """What running a tool does to the world; hints for models and policies for hosts derive from it."""

    READ = "read"
    WRITE = "write"
    DESTRUCTIVE = "destructive"


class Api(Enum):
    """Which of Segment's services a request is for: each has its own hosts and its own kind of secret."""

    TRACKING = "tracking"
    PUBLIC = "public"


class Host(Enum):
    """Whose host a request goes to: the account's region, the other region's, or the configured legacy one."""

    ACCOUNT = "account"
    OTHER_REGION = "other_region"
    LEGACY = "legacy"


class Request(NamedTuple):
    """One HTTP request, without host and credentials: the transport adds both.

    `path` is relative to the service's base URL and percent-encoded; `query` is in wire order;
    `secret_path` says that a secret travels in the path; `progress` how many of how many events are sent once this is;
    `body` is the exact JSON to send; `write_key` overrides the account's (a key, or the name of a configured one);
    `repeatable` says that doing it twice comes to the same as doing it once, as for every GET; `region` asks Segment's
    host of that region, whichever the account's is.
    """

    method: str
    path: str
    api: Api = Api.PUBLIC
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    write_key: str | None = None
    host: Host = Host.ACCOUNT
    secret_path: bool = False
    progress: tuple[int, int] | None = None
    repeatable: bool = False
    region: Region | None = None

    def __repr__(self) -> str:  # no path (a write key travels in one), no body, no key
        return f"<Request {self.method} to {self.api.value}/{self.host.value}>"


class Response(NamedTuple):
    """Segment's answer, decoded: the content of `data` for the Public API, the whole body for the Tracking API.

    `date` is the `Date` header of a Public API answer: the server's clock, in the form of RFC 9110.
    """

    status: int
    data: JsonObject
    host: str
    date: str | None = None

    def __repr__(self) -> str:  # no data: it may hold write keys
        return f"<Response {self.status} of {self.host}>"


class HostCall(NamedTuple):
    """What a flow yields to have a function of the host's called: a modifier, an approval, a custom tool.

    The async driver awaits what the function returns; `what` names it in errors.
    """

    what: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __repr__(self) -> str:  # no arguments: a modifier gets the credentials of the call
        return f"<HostCall {self.what}>"

    def for_caller(self, caller: object) -> tuple[Any, ...]:
        """The arguments, with the caller where one is marked."""
        return tuple(caller if isinstance(argument, CallerMark) else argument for argument in self.arguments)


class CallerMark:
    """Among the arguments of a HostCall: here the driver puts for whom the call runs."""


CALLER = CallerMark()
Flow = Generator[Request, Response, JsonObject]


class Verdict(NamedTuple):
    """What reading back showed of a write: it is as asked, it is not, or nobody can tell; `reason` says by what.

    `data` is what the write itself would have answered, where the reading shows it: for a write whose answer was lost.
    """

    status: Literal["verified", "unverified", "contradicted"]
    reason: str
    data: JsonObject | None = None

    def short(self) -> dict[str, str]:
        """What a model is told."""
        return {"status": self.status, "reason": self.reason}


ReadBack = Generator[Request, Response, Verdict]
A = TypeVar("A", bound="Arguments")


class Secret:
    """Marks a field that holds a secret: its value is redacted from everything that the call answers."""


SECRET = Secret()


class Arguments(BaseModel):
    """Base of every arguments model: camelCase on the wire, no coercion, no unknown names.

    Optional means `T | None = None`. The JSON schema of the tool is derived from the model (see `schema`).
    """

    model_config = ConfigDict(
        strict=True, extra="forbid", alias_generator=to_camel, hide_input_in_errors=True, defer_build=True
    )
    wire_names: ClassVar[tuple[tuple[str, str], ...]] = ()
    secret_names: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        fields = cls.model_fields.items()
        # Older pydantics run the alias generator only when the model is built, which is deferred: do not wait for it.
        cls.wire_names = tuple((name, f.alias or to_camel(name)) for name, f in fields)
        cls.secret_names = tuple(name for name, f in fields if SECRET in f.metadata)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """What a repr shows: not the secrets."""
        return [(name, value) for name, value in super().__repr_args__() if name not in self.secret_names]

    def wire(self) -> JsonObject:
        """The arguments that were given, under their wire names, in declaration order."""
        values = self.__dict__
        return {alias: values[name] for name, alias in self.wire_names if values[name] is not None}


class Result(BaseModel):
    """Base of every output model: open, because Segment may add members, with the same naming."""

    model_config = ConfigDict(extra="allow", alias_generator=to_camel, populate_by_name=True, defer_build=True)


class Impact(NamedTuple):
    """What a call would affect, read before it runs.

    `facts` is for people and models; what could not be read is `{"unknown": reason}`. `override` says why a plain yes
    is not enough, and is empty when it is.
    """

    facts: JsonObject
    override: str = ""


class Scope(NamedTuple):
    """Where a call says what a host's policy is about: arguments by wire name, and how to read what they leave out.

    `source` names a source by id, `write_key` one by a key or a configured name. `labels` are labels that are given,
    `event` the name of the event, `events` a list of events. `find_source` reads the id of the source meant where no
    argument is it; `read_labels` reads the labels of the source of that id. Both yield GETs.
    """

    source: str | None = None
    write_key: str | None = None
    labels: str | None = None
    event: str | None = None
    events: str | None = None
    find_source: Callable[[Any], Generator[Request, Response, str]] | None = None
    read_labels: Callable[[str], Generator[Request, Response, list[JsonObject]]] | None = None


NO_SCOPE = Scope()


def no_rules(_: Mapping[str, Any]) -> Iterable[Problem]:
    """The rules of a tool whose schema says everything."""
    return ()


def no_data(_: Mapping[str, Any], __: Sequence[Problem]) -> JsonObject:
    """The data of a refused call that has nothing to add to its error."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Tool(Generic[A]):
    """One action.

    `example` is arguments that validate, with ids of the form that Segment's have.
    `rules` are the checks that a portable schema cannot say (cross-field needs, Segment's silent drops). They read
    the raw document and must bear any JSON in it: they run beside the schema check so that all problems show at once.
    `api` says whose answers it shows and which credential it needs; None for a tool of the host's own.
    `refusal_data` is what a refused call carries in `data`, such as a receipt for every event.
    `impact` reads what a call would affect, for whoever is asked to approve it; `undo` says how to undo a call, and is
    empty when that cannot be done. `scope` is what policies judge.
    `verify` reads back what a call with these arguments should have done; it yields GETs only.
    """

    slug: str
    title: str
    toolset: str
    description: str
    example: JsonObject
    effect: Effect
    api: Api | None
    arguments: type[A]
    result: type[Result]
    run: Callable[[A], Flow]
    rules: Callable[[Mapping[str, Any]], Iterable[Problem]] = no_rules
    refusal_data: Callable[[Mapping[str, Any], Sequence[Problem]], JsonObject] = no_data
    verify: Callable[[A], ReadBack] | None = None
    idempotent: bool = False
    impact: Callable[[A], Generator[Request, Response, Impact]] | None = None
    undo: str = ""
    scope: Scope = NO_SCOPE

    @cached_property
    def input_schema(self) -> JsonObject:
        """The portable JSON Schema of the arguments."""
        return portable(self.arguments)

    def definition(self) -> JsonObject:
        """The golden picture of the tool: what `schemas/` holds, and all that listing needs."""
        return {
            "slug": self.slug,
            "title": self.title,
            "toolset": self.toolset,
            "description": self.description,
            "example": self.example,
            "effect": self.effect.value,
            "hints": hints(self.effect, idempotent=self.idempotent),
            "input_schema": self.input_schema,
            "output_schema": portable(self.result),
        }


def hints(effect: Effect, *, idempotent: bool) -> dict[str, bool]:
    """MCP's tool annotations, derived from the effect so that they cannot disagree with it."""
    return {
        "readOnlyHint": effect is Effect.READ,
        "destructiveHint": effect is Effect.DESTRUCTIVE,
        "idempotentHint": idempotent or effect is Effect.READ,
        "openWorldHint": True,
    }


def secrets_in(arguments: BaseModel) -> tuple[str, ...]:
    """The values of the fields marked SECRET."""
    names: tuple[str, ...] = getattr(arguments, "secret_names", ())
    return tuple(value.strip() for name in names if (value := getattr(arguments, name)))
