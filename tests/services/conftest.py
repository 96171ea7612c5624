"""What tests of services are given: the law and the numbers of the demonstration city, and waiting tasks."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models import blobs
from models.case import Case, Definition, WorkItem
from rules.kana import kana_search_key, name_search_key
from rules.law import Law
from services import numbers_vault, statute
from services.context import Actor
from services.numbers_vault import NumberPolicy
from tests.factories.registry import a_notification

LAW = Law.load()


@pytest.fixture(autouse=True)
def law() -> Iterator[None]:
    before = statute._law[:], numbers_vault._policy[:]
    statute.configure(LAW)
    numbers_vault.configure(NumberPolicy.DEMONSTRATION)
    yield
    statute._law[:], numbers_vault._policy[:] = before


@pytest.fixture
def blob_folder(tmp_path: Path) -> Iterator[Path]:
    """Where sealed bytes lie in this test."""
    before = blobs._root[:]
    blobs.configure(tmp_path / "blobs")
    yield tmp_path / "blobs"
    blobs._root[:] = before


@pytest.fixture
def clerk(actor_certificate_clerk: Actor, blob_folder: Path) -> Actor:
    """The certificate clerk, whose prints are kept."""
    del blob_folder
    return actor_certificate_clerk


@pytest.fixture
def waits(ctx):
    """`waits(name, …)` is an open task of the counter; its id."""
    definition = Definition(slug="acquisition", version=1, hash="h", content=b"", state="published")
    ctx.session.add(definition)
    ctx.session.flush()

    def add(name="見本　太郎", kana="ミホン　タロウ", days=1, **more):
        notification = a_notification(ctx, more.get("procedure", "acquisition"), more.get("reason", "01"))
        case = Case(
            slug=notification.procedure,
            definition_hash="h",
            office_id=ctx.actor.office_id,
            notification_id=notification.id,
            state="open",
            started_at=ctx.at,
        )
        ctx.session.add(case)
        ctx.session.flush()
        facts = {
            "case_id": case.id,
            "task_guid": f"guid-{case.id}",
            "process_slug": "identity_check",
            "element_id": "confirm_identity",
            "title_ja": "本人確認",
            "title_en": "Identity check",
            "role": "counter",
            "office_id": ctx.actor.office_id,
            "procedure": notification.procedure,
            "notification_number": notification.number,
            "reason": notification.reason,
            "subject_name": name,
            "subject_key": f"{kana_search_key(kana)} {name_search_key(name)}",
            "received_on": ctx.today,
            "created_at": ctx.at,
            "due_on": None if days is None else ctx.today + timedelta(days=days),
        }
        item = WorkItem(**facts | more)
        ctx.session.add(item)
        ctx.session.flush()
        return item.id

    return add
