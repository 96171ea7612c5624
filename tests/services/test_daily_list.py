"""The list of a day: what came in, by kind, and which certificates came on paper; of one's own office."""

from datetime import date, timedelta

import pytest

from models.document import PrintRequest
from models.masters import ReasonCode
from services import daily_list, documents, handing_over
from services.documents import Dress
from tests.factories.prints import lay_ready, spoil_papers
from tests.factories.registry import register_acquisition
from tests.factories.staff import employ

TODAY = date(2026, 11, 23)


@pytest.fixture
def printed(uow, clerk, session):
    """A family came in and its four papers were printed."""
    session.add(ReasonCode(procedure="acquisition", code="01", name="転入", name_en="Moved in"))
    session.commit()
    with uow() as ctx:
        ids = list(register_acquisition(ctx, delivery="counter").print_request_ids)
    run = lay_ready(uow, clerk, ids)
    return ids, run


def read(uow, actor, day=TODAY):
    with uow(actor) as ctx:
        return daily_list.read(ctx, day)


def test_notifications_are_counted_by_kind_and_persons(uow, clerk, printed):
    told = read(uow, clerk)
    [one] = told.notifications
    assert (one.row.procedure, one.reason.name, one.name, one.persons) == (
        "acquisition",
        "転入",
        "見本 太郎",
        4,
    )
    assert one.clerk == "窓口 花子"


def test_certificates_stand_with_serial_number_and_where_they_are(uow, clerk, printed):
    ids, _ = printed
    with uow(clerk) as ctx:
        handing_over.hand_over(ctx, ids[:1], "post")
    told = read(uow, clerk)
    assert len({one.row.serial for one in told.certificates}) == 4
    assert sorted(str(one.out) for one in told.certificates) == ["None", "None", "None", "posted"]
    assert {one.ground for one in told.certificates} == {"new"}
    assert {one.clerk for one in told.certificates} == {"交付 恵"}


def test_what_is_printed_again_counts_once(uow, clerk, printed):
    ids, run = printed
    spoil_papers(uow, clerk, run.id, ids[:1])
    assert len(read(uow, clerk).certificates) == 4


def test_another_day_and_another_office_have_nothing_of_it(uow, clerk, printed, session):
    stranger = employ(session, "section_chief", "s-stranger", office_code="02")
    for told in (read(uow, clerk, TODAY - timedelta(days=1)), read(uow, stranger)):
        assert (told.notifications, told.certificates) == ([], [])


def test_the_paper_is_kept_as_it_stood_and_can_be_laid_out(uow, actor_section_chief, printed, session):
    with uow(actor_section_chief) as ctx:
        asked = daily_list.ask(ctx, TODAY)
    row = session.get(PrintRequest, asked.id)
    assert (row.document, row.delivery, row.title) == ("day_list", "inner", "日計表 R8.11.23")
    with uow(actor_section_chief) as ctx:
        sheets, refused = documents.prepare(ctx, [row], Dress(demo=True))
    rendered = documents.render(sheets, refused)
    assert (rendered.refused, len(rendered.sheets)) == ((), 1)
    [line] = sheets[0].document.notifications
    assert (line.kind, line.status) == ("資格取得届(転入)", "本人確認待ち")


def test_a_day_without_anything_is_an_empty_list(uow, actor_section_chief):
    with uow(actor_section_chief) as ctx:
        content = daily_list.paper(ctx, daily_list.read(ctx, TODAY))
    assert (content.notifications, content.certificates) == ((), ())
