"""Tells the worker at once that there is work: huey carries the number of a job and nothing else (ADR 0007).

A lost ring costs two seconds, since the worker looks by itself; a doubled one costs a look. So a bell that
cannot be reached stops nobody's deed.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from huey import Huey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from redis import ConnectionPool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from portal.settings import Settings

log = logging.getLogger("portal.worker")
NAME = "portal"
PATIENCE_SECONDS = 3.0  # a deed waits no longer for a queue that does not answer


class PlainMessages(Serializer):
    """Messages as JSON: whoever can write to the queue cannot make the worker run code, as pickle would."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        told = json.loads(data)
        return Message(*told[:6], tuple(told[6]), *told[7:])


class Doorbell:
    """One queue of the installation, opened when it is first used."""

    def __init__(self, settings: Settings) -> None:
        """Remember where the queue is: Redis for several machines, otherwise a file beside the data."""
        self._settings = settings
        self._huey: Huey | None = None
        self._answer: Callable[[int], None] = lambda _job_id: None

    @property
    def huey(self) -> Huey:
        """The queue, opened by whoever asks first; a process that forks opens its own."""
        if self._huey is None:
            opened = _open(self._settings)
            self._run_job = opened.task(name="run_job")(self._serve)
            self._huey = opened
        return self._huey

    def answer(self, run: Callable[[int], None]) -> Huey:
        """Say what this process does when it rings; only the worker does."""
        self._answer = run
        return self.huey

    def ring(self, job_ids: Sequence[int]) -> bool:
        """Tell a worker of jobs that were committed; False where the queue cannot be reached."""
        try:
            huey = self.huey
            for job_id in job_ids:
                huey.enqueue(self._run_job.s(job_id))
        except Exception:
            log.exception("the worker could not be told of new jobs; it finds them by itself")
            return False
        return True

    def is_quiet(self) -> bool:
        """Whether nothing waits in the queue, as far as one can tell."""
        try:
            return not self.huey.pending_count()
        except Exception:
            log.exception("the queue of the worker cannot be reached")
            return True

    def _serve(self, job_id: int) -> None:
        self._answer(job_id)


def _open(settings: Settings) -> Huey:
    common = {"results": False, "utc": True, "serializer": PlainMessages()}
    if settings.redis_url:
        pool = ConnectionPool.from_url(
            settings.redis_url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
        )
        return RedisHuey(NAME, connection_pool=pool, **common)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(NAME, filename=str(settings.data_dir / "queue.sqlite3"), fsync=False, **common)
