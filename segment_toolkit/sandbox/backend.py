"""The shared heart of a sandbox: store, workspaces, pipeline, log of requests, faults, and the lock around them."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.delivery.waiting import SCHEMA as DELIVERY_TABLES
from segment_toolkit.sandbox.faults import Faults
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.inbox import Inbox
from segment_toolkit.sandbox.instants import Clock, ShiftedClock
from segment_toolkit.sandbox.pipeline.dispatch import DeliverySettings, Dispatch
from segment_toolkit.sandbox.pipeline.messages import Message
from segment_toolkit.sandbox.pipeline.pipeline import Arrival, Pipeline
from segment_toolkit.sandbox.pipeline.routes import Route
from segment_toolkit.sandbox.profiles import SCHEMA as PROFILE_TABLES
from segment_toolkit.sandbox.profiles import IdentitySettings, Profiles
from segment_toolkit.sandbox.rate_limits import RateLimiter, RateLimits
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.request_log import RequestLog
from segment_toolkit.sandbox.seed import furnish, workspace_facts
from segment_toolkit.sandbox.state import WorkspaceFacts
from segment_toolkit.sandbox.store.database import Closed
from segment_toolkit.sandbox.store.store import Store
from segment_toolkit.sandbox.tracking_api.tokens import Tokens
from segment_toolkit.sandbox.workspace import Workspace

# How long the end of a program waits for a thread that is still writing.
_EXIT_SECONDS = 5.0


@dataclass(frozen=True)
class Options:
    """How a sandbox behaves beyond what it holds."""

    path: Path | None = None
    """The SQLite file; None keeps everything in memory."""
    rate_limits: RateLimits = field(default_factory=RateLimits)
    deliveries: DeliverySettings = field(default_factory=DeliverySettings)
    identities: IdentitySettings = field(default_factory=IdentitySettings)


class Backend:
    """State that the ASGI app and the `Sandbox` handle share. Hold `lock` while you read; change in a transaction."""

    def __init__(self, *, region: Region, seed: str, clock: Clock, options: Options) -> None:
        """Open the store; a new one gets the seeded workspace, an old one keeps what it has.

        Raises InUse or Unusable.
        """
        self._inbox = Inbox(self._process)
        self.lock = self._inbox.lock
        self.clock = clock = ShiftedClock(clock)
        self.faults = Faults()
        self.requests = RequestLog()
        self.limiter = RateLimiter(options.rate_limits)
        self.store = Store(options.path, PROFILE_TABLES, DELIVERY_TABLES)
        self._in_memory = options.path is None
        # Before anything that has threads: at the end of a program finalizers run backwards, and theirs come first.
        weakref.finalize(self, _close, self.lock.bare, self.store.database.closer)
        found = self._stored()
        # What the file began with, so that a reset and the tokens of OAuth do not depend on who opened it.
        self._first = found[0] if found else workspace_facts(seed=seed, region=region, slug="acme", name="Acme")
        self.workspaces: dict[str, Workspace] = {}
        connection = self.store.database.connection
        self.profiles = Profiles(connection, options.identities, event_at=self.store.journal.event_at, lock=self.lock)
        self.dispatch = Dispatch(self.store, self.lock, self._all, settings=options.deliveries, clock=clock)
        self.pipeline = Pipeline(self.store, self._all, profiles=self.profiles, dispatch=self.dispatch, seed=seed)
        secret = f"tokens of {self._first.seed}".encode("utf-8", "surrogatepass")
        self.tokens = Tokens(self._all, secret=hashlib.sha256(secret).digest())
        self._load()
        if found:
            self.dispatch.courier.start()
        else:
            self.add_workspace(self._first)

    @property
    def home(self) -> Workspace:
        """The workspace that the sandbox started with."""
        return next(iter(self.workspaces.values()))

    def check_open(self) -> None:
        """Raise Closed after `close`."""
        if self.store.database.is_closed:
            raise Closed("this sandbox is closed")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock and commit what happens inside, all or nothing."""
        with self.lock:
            connection = self.store.database.connection
            before = connection.total_changes
            try:
                with self.store.database.transaction():
                    yield
            except BaseException:
                # Most calls that are refused have changed nothing, and reading everything anew takes its time.
                if connection.total_changes != before:
                    self._load()
                # New tables are no changes to SQLite.
                self.pipeline.forget()
                raise

    @contextlib.contextmanager
    def entrance(self) -> Iterator[None]:
        """Hold the lock to let an event in with `ingest`: what came before it may be still unprocessed. Raises Closed.

        Look at nothing but records here, which nobody changes while events wait.
        """
        with self.lock.bare:
            self.check_open()
            yield

    def ingest(self, route: Route | None, messages: Iterable[Message], at: datetime, *, single: bool) -> None:
        """Take in the messages of one request, now or, when it holds a single event, before anybody looks.

        Now is what a file asks for (the request is acknowledged next), and a destination that is really called.
        """
        if single and self._in_memory and self.pipeline.routes.lead_nowhere():
            for message in messages:
                self._inbox.put(Arrival(route, message, at))
            return
        with self.transaction():
            self.pipeline.ingest(route, messages, at)

    def add_workspace(self, facts: WorkspaceFacts) -> Workspace:
        """Add a workspace and furnish it. Raises ValueError when there is one with this id or slug."""
        with self.transaction():
            if any(facts.id == other.id or facts.slug == other.facts.slug for other in self.workspaces.values()):
                raise ValueError(f"there is a workspace {facts.slug!r} already")
            document = wire.text_of(facts.document())
            self.store.database.connection.execute(
                "INSERT INTO workspace (id, document) VALUES (?, ?)", (facts.id, document)
            )
            workspace = self.workspaces[facts.id] = self._workspace(facts)
            furnish(workspace)
            return workspace

    def forward(self, duration: timedelta) -> None:
        """Move the clock, and look whether a webhook is due now. Raises ValueError or OverflowError."""
        with self.lock:
            self.clock.forward(duration)
            if any(self.dispatch.courier.waiting().values()):
                self.dispatch.courier.start()

    def reset(self) -> None:
        """Go back to the seeded workspace; forget requests, events, faults and the windows of rate limits."""
        with self.lock:
            self.dispatch.courier.forget_those_under_way()
            self.store.database.clear()
            self._load()
            self.add_workspace(self._first)
            self.requests.clear()
            self.faults.clear()
            self.limiter.clear()

    def restore(self, snapshot: bytes) -> None:
        """Go back to a snapshot of the store; requests and faults stay. Raises Unusable, and changes nothing then."""
        with self.lock:
            self.store.database.restore(snapshot)
            self.dispatch.courier.forget_those_under_way()
            self._load()
            self.dispatch.courier.start()

    def close(self) -> None:
        """Stop delivering, and let go of the file."""
        self.dispatch.close()
        with self.lock:
            self.store.database.close()

    def record(self, request: RecordedRequest) -> None:
        """Keep a request that was answered (or lost)."""
        with self.lock.bare:
            self.requests.append(request)

    def _process(self, arrivals: list[Arrival]) -> None:
        with self.transaction():
            self.pipeline.ingest_over_time(arrivals)

    def _load(self) -> None:
        """Read everything that is cached from the store."""
        self.workspaces = {item.id: self._workspace(item) for item in self._stored()}
        self.pipeline.forget()

    def _stored(self) -> list[WorkspaceFacts]:
        rows = self.store.database.connection.execute("SELECT document FROM workspace ORDER BY position").fetchall()
        return [WorkspaceFacts.read(wire.trusted(document)) for (document,) in rows]

    def _all(self) -> Iterable[Workspace]:
        return self.workspaces.values()

    def _workspace(self, facts: WorkspaceFacts) -> Workspace:
        return Workspace(facts, self.store, self.clock, self.pipeline.routes.forget)


def _close(lock: threading.RLock, closer: Callable[[], object]) -> None:
    """Close the database of a sandbox that nobody closed, once no thread is at it: SQLite would crash."""
    if lock.acquire(timeout=_EXIT_SECONDS):
        try:
            closer()
        finally:
            lock.release()
