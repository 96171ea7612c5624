"""All kinds of background work of this installation, by name; registered once by `create_app`."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

from portal.security.roles import ROLES
from services import job_kinds, mass_printing, outside_register, periodic, scanning
from services.assessing import runs as assessment_runs
from services.batch import deciding, regular, transferring
from services.incoming import applying, checking, decisions, erasing, taking
from services.job_kinds import Ahead, Kind
from services.network import questions, sending
from services.pensions import letters_of_list, list_work
from services.pensions import lists as pension_lists
from services.periodic import Daily, MonthlyWorkingDay, Periodic
from services.premium_notices import bundles as notice_bundles
from services.renewing import issuing as renewal_issuing
from services.renewing import runs as renewals
from services.watching import findings
from workflows import incoming_cases, review_cases
from workflows.engine.work_between_deeds import WORK
from workflows.ex_officio_cases import start_case
from workflows.operating import background
from workflows.studio import planned_publishing, replays

if TYPE_CHECKING:
    from portal.settings import Settings
    from services.context import Context
    from services.job_kinds import Progress, Work

CALENDAR = (
    Periodic("remind", "期限を過ぎた仕事の記録", "Note overdue tasks", regular.REMIND, Daily(time(0, 5))),
    Periodic(
        "sweep_leavers",
        "配属の終わった職員の仕事の返却",
        "Give back the tasks of leavers",
        regular.LEAVERS,
        Daily(time(0, 10)),
    ),
    Periodic(
        "settle_contractors",
        "委託先の利用期間の確認",
        "Look at the access of contractors",
        regular.CONTRACTORS,
        Daily(time(0, 3)),
    ),
    Periodic(
        "escalate_media",
        "返却されない電子媒体の報告",
        "Tell of media that are not back",
        regular.MEDIA,
        Daily(time(17, 30)),
    ),
    Periodic(
        "publish_planned",
        "予約した手続の公開",
        "Put planned procedures in force",
        planned_publishing.KIND,
        Daily(time(0, 1)),
    ),
    Periodic(
        "tell_of_due_tasks",
        "仕事の期限の知らせ",
        "Tell of tasks that are due or overdue",
        regular.DUE,
        Daily(time(0, 15)),
    ),
    Periodic("watch", "見張り", "Let the watchdogs look", findings.KIND, Daily(time(3, 30))),
    Periodic("tidy", "不要な記録の廃棄", "Housekeeping", regular.TIDY, Daily(time(1, 0))),
    Periodic(
        "sweep_keys", "番号のない鍵の消去", "Destroy keys without a number", regular.KEYS, Daily(time(1, 30))
    ),
    Periodic(
        "ex_officio_lists",
        "職権の一覧の作成",
        "Make the ex officio lists",
        regular.LISTS,
        MonthlyWorkingDay(1, time(5, 0)),
        each_period=True,
        payload=lambda due: {"month": due.period},
    ),
    Periodic(
        "monthly_transfers",
        "毎月のデータ移転",
        "Monthly transfers",
        transferring.MONTH,
        MonthlyWorkingDay(2, time(3, 0)),
        each_period=True,
    ),
    Periodic(
        "erase_transfers",
        "保存期限の過ぎた移転ファイルの消去",
        "Erase files of transfers whose time is over",
        transferring.ERASE,
        Daily(time(2, 0)),
    ),
    Periodic(
        "tell_of_approvals",
        "データ利用の承認の期限の知らせ",
        "Tell of approvals that end soon",
        transferring.ENDINGS,
        Daily(time(0, 20)),
    ),
    Periodic(
        "erase_incoming",
        "保存期限の過ぎた受取りファイルの消去",
        "Erase files that came in whose time is over",
        erasing.ERASE,
        Daily(time(2, 15)),
    ),
    Periodic(
        "review_record",
        "記録の点検",
        "Review the audit record",
        review_cases.MAKE,
        MonthlyWorkingDay(3, time(4, 0)),
        each_period=True,
        payload=lambda due: review_cases.payload_of(due.period),
    ),
    Periodic(
        "escalate_findings",
        "点検の指摘の期限超過の報告",
        "Bring overdue follow-ups before the chief",
        review_cases.ESCALATE,
        Daily(time(6, 0)),
    ),
)


def register_kinds(settings: Settings) -> None:
    """Make every kind and the calendar known."""

    def tidy(ctx: Context, work: Work) -> Progress:
        return regular.tidy(ctx, work, settings.provisional_number_days)

    def planned(ctx: Context, work: Work) -> Progress:
        return planned_publishing.step(ctx, work, frozenset(ROLES))

    for kind in (
        Kind(deciding.START_CASE, "職権の案件の開始", "Begin an ex officio case", start_case),
        Kind(deciding.ISSUE, "70歳到達の証の交付", "Certificates for reaching 70", deciding.issue_for_70),
        Kind(regular.REMIND, "期限を過ぎた仕事の記録", "Note overdue tasks", regular.remind),
        Kind(
            regular.LEAVERS,
            "配属の終わった職員の仕事の返却",
            "Give back the tasks of leavers",
            regular.sweep_leavers,
            as_system=True,
        ),
        Kind(
            regular.CONTRACTORS,
            "委託先の利用期間の確認",
            "Look at the access of contractors",
            regular.settle_contractors,
            as_system=True,
        ),
        Kind(
            regular.MEDIA,
            "返却されない電子媒体の報告",
            "Tell of media that are not back",
            regular.escalate_media,
            as_system=True,
        ),
        Kind(
            regular.DUE,
            "仕事の期限の知らせ",
            "Tell of tasks that are due or overdue",
            regular.tell_of_due_tasks,
            as_system=True,
        ),
        Kind(regular.TIDY, "不要な記録の廃棄", "Housekeeping", tidy, as_system=True),
        Kind(
            regular.KEYS,
            "番号のない鍵の消去",
            "Destroy keys without a number",
            regular.sweep_keys,
            as_system=True,
        ),
        Kind(
            regular.LISTS,
            "職権の一覧の作成",
            "Make the ex officio lists",
            regular.make_lists,
            lease=timedelta(minutes=10),
            as_system=True,
            long=True,
        ),
        Kind(
            review_cases.MAKE,
            "記録の点検",
            "Review the audit record",
            review_cases.make_review,
            lease=timedelta(minutes=15),
            as_system=True,
            long=True,
        ),
        Kind(
            review_cases.ESCALATE,
            "点検の指摘の期限超過の報告",
            "Bring overdue follow-ups before the chief",
            review_cases.escalate,
            as_system=True,
        ),
        Kind(
            transferring.MONTH,
            "毎月のデータ移転",
            "Monthly transfers",
            transferring.send_month,
            lease=timedelta(minutes=10),
            as_system=True,
            long=True,
        ),
        Kind(
            transferring.ONE,
            "データ移転の実行",
            "Run a transfer",
            transferring.send_one,
            lease=timedelta(minutes=10),
            long=True,
        ),
        Kind(
            outside_register.KIND,
            "住登外者の統合宛名システムへの移転",
            "Persons outside the resident register to the address system",
            transferring.send_event,
            as_system=True,
        ),
        Kind(
            outside_register.AGAIN,
            "承認待ちだった住登外者の移転",
            "Persons outside the resident register that waited for an approval",
            transferring.send_again,
            lease=timedelta(minutes=10),
            as_system=True,
        ),
        Kind(
            questions.KIND,
            "情報提供ネットワークへの照会",
            "Question to the information network",
            sending.send_one,
            as_system=True,
        ),
        Kind(
            questions.AGAIN,
            "承認待ちだった照会の送付",
            "Questions that waited for an approval",
            sending.send_again,
            lease=timedelta(minutes=10),
            as_system=True,
        ),
        Kind(
            transferring.ENDINGS,
            "データ利用の承認の期限の知らせ",
            "Tell of approvals that end soon",
            transferring.tell_of_endings,
            as_system=True,
        ),
        Kind(
            transferring.ERASE,
            "保存期限の過ぎた移転ファイルの消去",
            "Erase files of transfers whose time is over",
            transferring.erase,
            as_system=True,
        ),
        Kind(
            taking.CHECK,
            "受け取ったファイルの検査",
            "Check a file that came in",
            checking.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            decisions.APPLY,
            "受け取ったファイルの反映",
            "Apply a file that came in",
            applying.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            pension_lists.FILL,
            "年金からの特別徴収の候補",
            "Whom deductions from pensions concern",
            list_work.fill,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            pension_lists.BEGIN_ALL,
            "年金からの特別徴収の開始",
            "Begin deductions from pensions",
            list_work.begin,
            max_attempts=3,
            lease=timedelta(minutes=15),
            long=True,
        ),
        Kind(
            letters_of_list.LETTERS,
            "特別徴収の通知書の印刷待ちへの登録",
            "Letters about deductions from pensions into the print queue",
            letters_of_list.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            applying.BEGIN,
            "取込みの差異の案件の開始",
            "Begin the case of a file's differences",
            incoming_cases.begin,
        ),
        Kind(
            erasing.ERASE,
            "保存期限の過ぎた受取りファイルの消去",
            "Erase files that came in whose time is over",
            erasing.step,
            as_system=True,
        ),
        Kind(
            mass_printing.KIND,
            "証・書類の印刷",
            "Print papers",
            mass_printing.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
            ahead=Ahead(mass_printing.read, mass_printing.lay_out),
        ),
        Kind(
            notice_bundles.KIND,
            "通知書・納付書の印刷",
            "Print letters and slips of many",
            notice_bundles.step,
            max_attempts=3,
            lease=timedelta(minutes=10),
            long=True,
            ahead=Ahead(notice_bundles.read, notice_bundles.lay_out),
        ),
        Kind(
            assessment_runs.KIND,
            "保険料の賦課の計算",
            "Compute an assessment run",
            assessment_runs.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            renewals.KIND,
            "証の一斉更新の試し",
            "Try a renewal of certificates",
            renewals.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            renewal_issuing.KIND,
            "証の一斉更新の交付",
            "Issue the certificates of a renewal",
            renewal_issuing.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(
            findings.KIND,
            "見張り",
            "Let the watchdogs look",
            findings.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
        ),
        Kind(background.KIND, "案件の一括操作", "Operations on many cases", background.step, long=True),
        Kind(
            planned_publishing.KIND,
            "予約した手続の公開",
            "Put planned procedures in force",
            planned,
            as_system=True,
        ),
        Kind(
            replays.KIND,
            "終わった案件での下書きの再現",
            "Replay a draft over finished cases",
            replays.step,
            max_attempts=3,
            lease=timedelta(minutes=5),
            long=True,
            ahead=Ahead(replays.read, replays.play),
        ),
        scanning.KIND,
        *WORK,
    ):
        job_kinds.register(kind)
    for regular_work in CALENDAR:
        periodic.register(regular_work)
