"""Where the emulated service remembers: an SQLite database, in memory or in the state folder.

Several processes may share a state folder. Every change is one statement that only takes effect while what it relies on
still holds, so two processes cannot both start a task, and a cancel cannot hit one that has just begun.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .chance import Fate
from .task import FINAL, Outcome, Task

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS task (
    task_id TEXT PRIMARY KEY, request_id TEXT NOT NULL, account TEXT NOT NULL, model TEXT NOT NULL,
    body TEXT NOT NULL, body_hash TEXT NOT NULL, submitted REAL NOT NULL, status TEXT NOT NULL,
    resolve_oss INTEGER NOT NULL, scheduled REAL, ended REAL, fate TEXT NOT NULL, outcome TEXT,
    owner TEXT, heartbeat REAL);
CREATE INDEX IF NOT EXISTS task_account ON task (account, submitted);
CREATE INDEX IF NOT EXISTS task_status ON task (status, account, model);
CREATE TABLE IF NOT EXISTS upload (
    key TEXT PRIMARY KEY, account TEXT NOT NULL, model TEXT NOT NULL, file TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL);
"""
_COLUMNS = (
    "task_id, request_id, account, model, body, body_hash, submitted, status, resolve_oss, "
    "scheduled, ended, fate, outcome"
)
_FINAL = "('" + "', '".join(sorted(FINAL)) + "')"
_OURS = f"task_id = ? AND owner = ? AND status NOT IN {_FINAL}"


@dataclass(frozen=True)
class Upload:
    """A file handed in for later use as an input: bound to an account and a model."""

    key: str
    account: str
    model: str
    file: str
    created: float


class Store:
    """Tasks, uploads and events.

    Args:
        folder: The state folder, or None to keep everything in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        name = ":memory:" if folder is None else str(folder / "emulator.sqlite3")
        self.shared = folder is not None
        self.owner = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
        self._lock = threading.RLock()
        self._db = sqlite3.connect(name, timeout=30, isolation_level=None, check_same_thread=False)
        if self.shared:
            self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        self._run("INSERT OR IGNORE INTO setting VALUES ('secret', ?)", secrets.token_hex(32))
        self.secret = bytes.fromhex(self._rows("SELECT value FROM setting WHERE name = 'secret'")[0][0])

    def close(self) -> None:
        """Closes the database; nothing may be asked afterwards."""
        with self._lock:
            self._db.close()

    # Tasks

    def add(self, task: Task, now: float) -> None:
        """Accepts a task; this process will run it."""
        row = (
            *(task.task_id, task.request_id, task.account, task.model, json.dumps(task.body, ensure_ascii=False)),
            *(task.body_hash, task.submitted, task.status, int(task.resolve_oss), task.scheduled, task.ended),
            *(json.dumps(asdict(task.fate)), None, self.owner, now),
        )
        self._run(f"INSERT INTO task ({_COLUMNS}, owner, heartbeat) VALUES ({', '.join('?' * len(row))})", *row)

    def task(self, task_id: str) -> Task | None:
        """The task of that id, whoever owns it."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM task WHERE task_id = ?", task_id)
        return _task(rows[0]) if rows else None

    def tasks(self, **only: str | None) -> list[Task]:
        """Every task, the newest first.

        Args:
            **only: Values of `account`, `model`, `status`, `task_id` to keep to; None keeps to nothing.
        """
        return self.page(0, float("inf"), 0, None, ended_since=0, **only)[1]

    def page(
        self, since: float, until: float, first: int, size: int | None, *, ended_since: float = 0, **only: str | None
    ) -> tuple[int, list[Task]]:
        """Some of the tasks submitted in a span of time, the newest first.

        Args:
            since: Start of the span.
            until: Its end.
            first: How many to leave out.
            size: How many to give; None gives all.
            ended_since: Leaves out those that ended before.
            **only: Values of `account`, `model`, `status`, `task_id` to keep to; None keeps to nothing.

        Returns:
            How many there are in all, and those asked for.
        """
        asked = {name: value for name, value in only.items() if value is not None}
        where = " AND ".join(
            ["submitted BETWEEN ? AND ?", "COALESCE(ended, ?) >= ?", *(f"{name} = ?" for name in asked)]
        )
        values = (since, until, float("inf"), ended_since, *asked.values())
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM task WHERE {where} ORDER BY submitted DESC, rowid DESC LIMIT ? OFFSET ?",
            *(*values, -1 if size is None else size, first),
        )
        total = self._rows(f"SELECT COUNT(*) FROM task WHERE {where}", *values)[0][0]
        return total, [_task(row) for row in rows]

    def begin(self, task_id: str, now: float, in_progress: int | None, status: str = "RUNNING") -> str:
        """Starts a task that waits, or takes up one that a dead process left running.

        Args:
            task_id: A task this process owns.
            now: The time.
            in_progress: How many tasks of the account and model may run at once.
            status: The first status of its run.

        Returns:
            "begun", "busy" when others must end first, "gone" when it was cancelled or belongs to another process.
        """
        task = self.task(task_id)
        if task is None or task.final:
            return "gone"
        running = (
            "(SELECT COUNT(*) FROM task WHERE status IN ('RUNNING', 'PRE-PROCESSING', 'POST-PROCESSING', 'SUSPENDED') "
            "AND account = ? AND model = ? AND task_id != ? AND json_extract(fate, '$.end') != 'stick')"
        )
        changed = self._run(
            f"UPDATE task SET status = ?, scheduled = COALESCE(scheduled, ?) WHERE {_OURS} AND {running} < ?",
            *(status, now, task_id, self.owner, task.account, task.model, task_id, in_progress or 2**31),
        )
        if changed:
            return "begun"
        rows = self._rows("SELECT owner, status FROM task WHERE task_id = ?", task_id)
        return "busy" if rows and rows[0][0] == self.owner and rows[0][1] not in FINAL else "gone"

    def set_status(self, task_id: str, status: str) -> None:
        """Moves a task this process runs to another unfinished status."""
        self._run(f"UPDATE task SET status = ? WHERE {_OURS}", status, task_id, self.owner)

    def finish(self, task_id: str, status: str, outcome: Outcome, now: float) -> bool:
        """Ends a task this process runs; False when another process has taken it over or ended it."""
        changed = self._run(
            f"UPDATE task SET status = ?, outcome = ?, ended = ? WHERE {_OURS}",
            *(status, json.dumps(asdict(outcome), ensure_ascii=False), now, task_id, self.owner),
        )
        return changed == 1

    def cancel(self, task_id: str, account: str, now: float) -> bool:
        """Cancels a task that still waits; False when it does not."""
        where = "task_id = ? AND account = ? AND status = 'PENDING'"
        return self._run(f"UPDATE task SET status = 'CANCELED', ended = ? WHERE {where}", now, task_id, account) == 1

    # Who runs what

    def beat(self, now: float) -> None:
        """Says that this process lives."""
        self._run(f"UPDATE task SET heartbeat = ? WHERE owner = ? AND status NOT IN {_FINAL}", now, self.owner)

    def adopt(self, now: float, patience: float) -> list[Task]:
        """Takes over unfinished tasks nobody runs any more.

        Args:
            now: The time.
            patience: Seconds without a sign of life after which an owner counts as dead; one whose process is gone
                from this machine is dead at once.
        """
        adopted = []
        rows = self._rows(
            f"SELECT task_id, owner, heartbeat FROM task WHERE status NOT IN {_FINAL} AND owner IS NOT ?", self.owner
        )
        for task_id, owner, heartbeat in rows:
            if owner is not None and now - (heartbeat or 0) < patience and _alive(owner):
                continue
            statement = "UPDATE task SET owner = ?, heartbeat = ? WHERE task_id = ? AND owner IS ? AND heartbeat IS ?"
            if self._run(statement, self.owner, now, task_id, owner, heartbeat) == 1:
                task = self.task(task_id)
                if task is not None and not task.final:
                    adopted.append(task)
        return adopted

    def release(self) -> None:
        """Gives up what this process runs, so that the next one takes it at once."""
        self._run(f"UPDATE task SET owner = NULL WHERE owner = ? AND status NOT IN {_FINAL}", self.owner)

    # Uploads and events

    def add_upload(self, upload: Upload) -> bool:
        """Keeps an upload; False when there is one under that key."""
        row = (upload.key, upload.account, upload.model, upload.file, upload.created)
        return self._run("INSERT OR IGNORE INTO upload VALUES (?, ?, ?, ?, ?)", *row) == 1

    def upload(self, key: str) -> Upload | None:
        """The upload of that key."""
        rows = self._rows("SELECT key, account, model, file, created FROM upload WHERE key = ?", key)
        return Upload(*rows[0]) if rows else None

    def note(self, kind: str, now: float, **detail: object) -> None:
        """Adds to the events."""
        text = json.dumps(detail, ensure_ascii=False)
        self._run("INSERT INTO event (at, kind, detail) VALUES (?, ?, ?)", now, kind, text)

    def events(self, after: int = 0, kind: str | None = None) -> list[dict[str, Any]]:
        """Events with a number above `after`, oldest first."""
        rows = self._rows("SELECT number, at, kind, detail FROM event WHERE number > ? ORDER BY number", after)
        return [
            {"number": number, "at": at, "kind": what, **json.loads(detail)}
            for number, at, what, detail in rows
            if kind is None or what == kind
        ]

    def submits(self) -> dict[str, int]:
        """How many submits were accepted for each body, by the body's hash."""
        return dict(self._rows("SELECT body_hash, COUNT(*) FROM task GROUP BY body_hash ORDER BY MIN(rowid)"))

    def forget(self, ended_before: float, uploaded_before: float) -> tuple[list[str], list[str]]:
        """Drops uploads past their life.

        Returns:
            Files of those uploads, and ids of tasks ended so long ago that nobody may ask for their results.
        """
        uploads = self._rows("SELECT file FROM upload WHERE created < ?", uploaded_before)
        self._run("DELETE FROM upload WHERE created < ?", uploaded_before)
        tasks = self._rows("SELECT task_id FROM task WHERE ended < ? AND outcome IS NOT NULL", ended_before)
        return [name for (name,) in uploads], [task_id for (task_id,) in tasks]

    def _run(self, statement: str, *values: object) -> int:
        with self._lock:
            return self._db.execute(statement, values).rowcount

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()


def _task(row: tuple[Any, ...]) -> Task:
    names = _COLUMNS.split(", ")
    data = dict(zip(names, row, strict=True))
    data["body"] = json.loads(data["body"])
    data["resolve_oss"] = bool(data["resolve_oss"])
    data["fate"] = Fate.from_dict(json.loads(data["fate"]))
    data["outcome"] = Outcome.from_dict(json.loads(data["outcome"])) if data["outcome"] else None
    return Task(**data)


def _alive(owner: str) -> bool:
    try:
        os.kill(int(owner.partition("-")[0]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
