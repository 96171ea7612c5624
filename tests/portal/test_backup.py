"""Copies in two places and the way back, on both databases: the drill of design/security.md (T18, d-07)."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import NullPool, create_engine, text

from models import blobs, vault
from models.audit.event import AuditEvent
from models.audit.tags import Tag
from portal import clock
from portal.app import create_app
from portal.backup import making, manifest, places
from portal.backup.errors import BackupRefused
from portal.commands import setup
from portal.extensions import db
from portal.security.backup_keys import read_backup_keys
from portal.security.keys import load_keys
from portal.settings import Environment, Settings
from services import audit, unit_of_work
from services.context import SYSTEM
from tests.architecture.tree import ROOT
from tests.fixtures.databases import BACKENDS, empty_database, kept_keys, migrated_database
from tests.portal.conftest import Visitor, employ_everybody
from tests.portal.number_case import NUMBER, take_in_a_number

SCAN = b"%PDF-1.7 canary of a scan"
CANARIES = (NUMBER.encode(), "見本 太郎".encode(), SCAN)


def backup_keys(path: Path, first: int) -> Path:
    keys = {"b1": bytes(range(first, first + 32)).hex()}
    path.write_text(json.dumps({"current": "b1", "keys": keys}))
    path.chmod(0o600)
    return path


@dataclass
class Copied:
    """A portal with a case, a number and a scan, and where its copies go."""

    app: Flask
    settings: Settings
    backend: str
    folder: Path

    def run(self, *words: str) -> Result:
        return self.app.test_cli_runner().invoke(args=["backup", *words])

    def two_places(self) -> list[Path]:
        return list(self.settings.backup_dirs)

    def copy_of_places(self, folder: Path) -> list[Path]:
        """The places of before, to be damaged."""
        return [Path(shutil.copytree(place, folder / place.name)) for place in self.two_places()]

    def with_app(self, **changed: object) -> Flask:
        return create_app(self.settings.model_copy(update=changed))


@pytest.fixture(scope="module", params=BACKENDS)
def copied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    """The portal after its first backup."""
    folder = tmp_path_factory.mktemp(f"copied_{request.param}")
    dirs = {name: folder / name for name in ("first", "second", "keys_first", "keys_second", "var")}
    for one in dirs.values():
        one.mkdir()
    factory = unit_of_work._factory[:]
    with kept_keys():
        settings = Settings(
            environment=Environment.TEST,
            data_dir=dirs["var"],
            database_url=migrated_database(request.param, folder),
            backup_dirs=f"{dirs['first']},{dirs['second']}",
            backup_key_file=backup_keys(folder / "backup_key.json", 0),
            key_store_backup_dirs=f"{dirs['keys_first']},{dirs['keys_second']}",
            key_store_backup_key_file=backup_keys(folder / "key_store_key.json", 100),
        )
        app = create_app(settings)
        with app.app_context():
            setup.sync_roles()
            employ_everybody()
            with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
                blobs.put(ctx.session, SCAN, ctx.at)
                audit.record(ctx, Tag.ATTACHMENT_ADDED)
            db.session.remove()
        take_in_a_number(app, dirs["var"])
        done = Copied(app, settings, request.param, folder)
        told = done.run("make")
        assert told.exit_code == 0, told.output
        told = done.run("make-keys")
        assert told.exit_code == 0, told.output
        yield done
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    unit_of_work._factory[:] = factory


def newest(place: Path) -> Path:
    return place / places.newest(place)


def test_both_places_have_the_same_and_nobody_else_reads_it(copied: Copied) -> None:
    first, second = copied.two_places()
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()] == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in first.rglob("*") if path.is_file())
    assert [name.name for name in names if name.parts[0] != "attachments"] == [
        "attachments.sealed",
        "database.sealed",
        "manifest.json",
    ]


def test_nothing_of_it_can_be_read_without_the_keys(copied: Copied) -> None:
    for place in [*copied.two_places(), *copied.settings.key_store_backup_dirs]:
        for path in place.rglob("*"):
            content = path.read_bytes() if path.is_file() else b""
            assert [canary for canary in CANARIES if canary in content] == [], path


def test_every_byte_is_read_back(copied: Copied) -> None:
    told = copied.run("verify")
    assert told.exit_code == 0, told.output
    assert told.output.count("OK ") == 4, "two backups and two copies of the key store"


def test_it_is_on_record_before_it_leaves(copied: Copied) -> None:
    with copied.app.app_context():
        event = db.session.query(AuditEvent).filter_by(tag="backup:made").first()
        head = manifest.read(newest(copied.two_places()[0]), read_keys(copied)).head
        db.session.remove()
    assert event is not None
    assert event.detail == {"places": 2}
    assert head["last_id"] >= event.id


def read_keys(copied: Copied):
    return read_backup_keys(copied.settings.backup_key_file, "PORTAL_BACKUP_KEY_FILE")


def test_the_drill_finds_everything_where_one_place_is_gone(copied: Copied, tmp_path: Path) -> None:
    first, second = copied.copy_of_places(tmp_path)
    shutil.rmtree(first)
    told = copied.run("drill", "--from", str(second), "--into", empty_database(copied.backend, tmp_path))
    assert told.exit_code == 0, told.output
    assert ", 1 numbers and 1 files open (0 numbers have ended since)" in told.output


@pytest.mark.parametrize(
    ("lost", "why"), [("store", "the key store is empty"), ("key", "although their data keys")]
)
def test_a_drill_with_other_keys_is_refused(copied: Copied, tmp_path: Path, lost: str, why: str) -> None:
    keyring = json.loads(copied.settings.master_key_path.read_text())
    keyring["keys"] = dict.fromkeys(keyring["keys"], "11" * 32)
    (tmp_path / "other.json").write_text(json.dumps(keyring))
    changed = {
        "store": {"key_store_url": f"sqlite:///{tmp_path / 'empty.sqlite3'}"},
        "key": {"master_key_file": tmp_path / "other.json"},
    }
    other = copied.with_app(**changed[lost])
    words = ["backup", "drill", "--into", empty_database(copied.backend, tmp_path)]
    told = other.test_cli_runner().invoke(args=words)
    with other.app_context():
        db.engine.dispose()
    load_keys(copied.settings)
    blobs.configure(copied.settings.blob_dir)
    assert told.exit_code == 1
    assert why in told.output


def test_after_the_way_back_people_sign_in_and_find_their_case(copied: Copied, tmp_path: Path) -> None:
    url = empty_database(copied.backend, tmp_path)
    came_back = copied.with_app(
        data_dir=tmp_path / "var",
        database_url=url,
        master_key_file=copied.settings.master_key_path,
        key_store_url=copied.settings.key_store,
    )
    told = came_back.test_cli_runner().invoke(args=["backup", "restore"])
    assert told.exit_code == 0, told.output
    assert Visitor(came_back).sign_in("counter").status_code == 302
    with came_back.app_context():
        scan = db.session.execute(text("SELECT sha256 FROM stored_blob")).scalar_one()
        assert blobs.get(db.session, scan) == SCAN
        reference = db.session.execute(text("SELECT reference FROM individual_number")).scalar_one()
        assert vault.open_number(db.session, vault.PREFIX + reference) == NUMBER
        db.session.remove()
        db.engine.dispose()
    blobs.configure(copied.settings.blob_dir)
    again = came_back.test_cli_runner().invoke(args=["backup", "restore"])
    assert again.exit_code == 1
    assert "is not empty" in again.output


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("database.sealed", lambda it: it[:-1] + bytes([it[-1] ^ 1])),
        ("database.sealed", lambda it: it[: len(it) // 2]),
        ("attachments.sealed", lambda it: it[:-1]),
        ("manifest.json", lambda it: it.replace(b'"person": ', b'"person": 1')),
        ("manifest.json", lambda it: it[:-20]),
        ("attachment", lambda it: it[:-1] + bytes([it[-1] ^ 1])),
        ("attachment", lambda it: b""),
    ],
)
def test_what_was_changed_or_cut_is_refused_by_name(
    copied: Copied, tmp_path: Path, part: str, damage
) -> None:
    first, _ = copied.copy_of_places(tmp_path)
    path = newest(first) / part
    if part == "attachment":
        path = next(one for one in (first / "attachments").rglob("*") if one.is_file())
    path.write_bytes(damage(path.read_bytes()))
    url = empty_database(copied.backend, tmp_path)
    for words in (("verify",), ("drill", "--into", url)):
        told = copied.run(*words, "--from", str(first))
        assert told.exit_code == 1
        assert str(path) in told.output
    with pytest.raises(StopIteration):
        next(iter(rows_of(url)))


def rows_of(url: str) -> Iterator[str]:
    """The tables of a database that should have none."""
    if url.startswith("sqlite"):
        assert not Path(url.removeprefix("sqlite:///")).exists()
        return
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield from connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()


def test_a_missing_file_is_named(copied: Copied, tmp_path: Path) -> None:
    first, _ = copied.copy_of_places(tmp_path)
    (newest(first) / "database.sealed").unlink()
    told = copied.run("verify", "--from", str(first))
    assert told.exit_code == 1
    assert "database.sealed: No such file or directory" in told.output


def test_parts_of_two_backups_are_not_mixed(copied: Copied, tmp_path: Path) -> None:
    first, _ = copied.copy_of_places(tmp_path)
    old = newest(first)
    other = first / "20990101T000000Z"
    shutil.copytree(old, other)
    told = copied.run("verify", "--from", str(first))
    assert told.exit_code == 1
    assert f"it belongs to the backup {old.name}" in told.output


def test_a_place_that_is_full_or_away_is_named_and_the_other_has_it(copied: Copied, tmp_path: Path) -> None:
    first = tmp_path / "first"
    first.mkdir()
    changed = copied.settings.model_copy(update={"backup_dirs": (first, tmp_path / "away")})
    made = making.make(changed, read_keys(copied), clock.now())
    assert made.places == [first]
    assert made.lost == {tmp_path / "away": "No such file or directory"}
    assert not made.is_whole
    none = copied.settings.model_copy(update={"backup_dirs": (tmp_path / "away", tmp_path / "too")})
    with pytest.raises(BackupRefused, match="no place could take the backup"):
        making.make(none, read_keys(copied), clock.now())


def test_old_ones_go_but_never_the_last_three(copied: Copied, tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    changed = copied.settings.model_copy(update={"backup_dirs": (place,)})
    now = clock.now()
    for days in (90, 70, 60, 50):
        making.make(changed, read_keys(copied), now - timedelta(days=days))
    (place / "20200101T000000Z.draft").mkdir()
    left_over = place / "attachments" / "ff" / "left_over"
    left_over.parent.mkdir()
    left_over.write_bytes(b"of a backup that is gone")
    gone = places.tidy(place, read_keys(copied), now, 35)
    kept = [(now - timedelta(days=days)).strftime(manifest.ID_FORMAT) for days in (70, 60, 50)]
    assert len(gone) == 1
    assert places.ids(place) == kept
    assert not (place / "20200101T000000Z.draft").exists()
    assert not left_over.exists(), "no backup lists it any more"
    assert len([path for path in (place / "attachments").rglob("*") if path.is_file()]) == 1


def test_backups_and_copies_of_the_key_store_lie_apart(copied: Copied) -> None:
    first = copied.settings.backup_dirs[0]
    inside = copied.settings.model_copy(update={"key_store_backup_dirs": (first / "keys",)})
    with pytest.raises(BackupRefused, match="keep keys and backups apart"):
        places.of(inside)
    one = copied.settings.model_copy(update={"environment": Environment.PRODUCTION, "backup_dirs": (first,)})
    with pytest.raises(BackupRefused, match="name two folders"):
        places.of(one)


def test_a_lost_key_store_comes_back_and_what_was_destroyed_does_not(copied: Copied, tmp_path: Path) -> None:
    """The copy is older than the destruction; the database knows what has ended."""
    url = empty_database(copied.backend, tmp_path)
    came_back = copied.with_app(
        data_dir=tmp_path / "var",
        database_url=url,
        master_key_file=copied.settings.master_key_path,
        key_store_url=f"sqlite:///{tmp_path / 'lost.sqlite3'}",
    )
    run = came_back.test_cli_runner().invoke
    assert run(args=["backup", "restore"]).exit_code == 0
    told = run(args=["backup", "make-keys"])
    assert told.exit_code == 1
    assert "has lost the keys of 1 numbers; the copies of before stay" in told.output
    with came_back.app_context():
        reference = db.session.execute(text("SELECT reference FROM individual_number")).scalar_one()
        assert vault.open_number(db.session, vault.PREFIX + reference) is None
        told = run(args=["backup", "restore-keys"])
        assert told.output == "OK 1 wrapped keys came back, 0 of numbers that have ended did not\n"
        assert vault.open_number(db.session, vault.PREFIX + reference) == NUMBER
        db.session.remove()
        refused = run(args=["backup", "restore-keys"])
        assert "the key store is not empty" in refused.output
        end_the_number(reference)
        (tmp_path / "lost.sqlite3").unlink()
        told = run(args=["backup", "restore-keys"])
        assert told.output == "OK 0 wrapped keys came back, 1 of numbers that have ended did not\n"
        db.engine.dispose()
    blobs.configure(copied.settings.blob_dir)


def end_the_number(reference: str) -> None:
    with unit_of_work.unit_of_work(SYSTEM, clock.now()) as ctx:
        assert vault.discard(ctx.session, [vault.PREFIX + reference], ctx.at) == 1
        audit.record(ctx, Tag.HOUSE_KEPT)


def test_it_runs_without_the_keys_of_the_vault(copied: Copied, tmp_path: Path) -> None:
    """The account that makes backups has the keys of backups and of the record, and no other."""
    place = tmp_path / "place"
    place.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DATABASE_URL"))
    } | {
        "PORTAL_ENVIRONMENT": "demo",
        "PORTAL_DATA_DIR": str(copied.settings.data_dir),
        "DATABASE_URL": copied.settings.database,
        "PORTAL_MASTER_KEY_FILE": str(tmp_path / "nowhere.json"),
        "PORTAL_SECRET_KEY_FILE": str(tmp_path / "nowhere"),
        "PORTAL_AUDIT_KEY_FILE": os.environ["PORTAL_AUDIT_KEY_FILE"],
        "PORTAL_BACKUP_KEY_FILE": str(copied.settings.backup_key_file),
        "PORTAL_BACKUP_DIRS": str(place),
        "TMPDIR": str(tmp_path / "temp"),
    }
    (tmp_path / "temp").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "backup", "make"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("OK ")
    assert list((tmp_path / "temp").iterdir()) == [], "nothing passes by the disk in clear"
    assert not (tmp_path / "nowhere.json").exists()
