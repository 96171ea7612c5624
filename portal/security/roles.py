"""Who may do what, as data: every permission has a slug, every role a set of slugs, nothing else is allowed.

`flask setup` brings Flask-AppBuilder's tables to this state, together with what two administrators have
decided otherwise (services/right_requests.py). A slug `noun.verb` is the permission `can_<verb>` on the view
`<noun>` there. No person is given Flask-AppBuilder's Admin or Public role. Each permission names its duty;
duties that check one another never meet in one hand (services/duties.py). Who may do this deed to this case
is asked in the services once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from services import role_tables
from services.duties import COMPLETES_TASKS, Duty, RightsBook


@dataclass(frozen=True)
class Permission:
    """What one may do, in both languages, and the duty that it is part of."""

    ja: str
    en: str
    duty: Duty | None = None


PERMISSIONS: dict[str, Permission] = {
    "home.open": Permission("最初の画面を開く", "Open the first page"),
    "profile.use": Permission("自分の設定とパスワードを変える", "Change one's own settings and password"),
    "inbox.open": Permission("受信箱を開く", "Open the inbox", Duty.SEE_PERSONS),
    "notice.read": Permission("自分への知らせを見る", "Read one's own notices"),
    "board.read": Permission("課の仕事の状況を見る", "See how the work of the office stands"),
    "absence.set": Permission("不在と代理を登録する", "Set absences and deputies"),
    "notification.submit": Permission("届出を受け付ける", "Take a notification", Duty.ENTER),
    "case.read": Permission("案件を見る", "See a case", Duty.SEE_PERSONS),
    "case.comment": Permission("案件にコメントする", "Comment on a case", Duty.SEE_PERSONS),
    "case.withdraw": Permission("届出を取り下げる", "Withdraw a notification", Duty.SEE_PERSONS),
    "number.reveal": Permission("個人番号を見る", "See an Individual Number", Duty.SEE_PERSONS),
    "task.take": Permission("仕事を引き受ける・戻す", "Take and give back a task", Duty.SEE_PERSONS),
    "task.complete": Permission("仕事を終える", "Complete a task", Duty.SEE_PERSONS),
    "registry.search": Permission("資格・世帯を探す", "Search persons and households", Duty.SEE_PERSONS),
    "registry.read": Permission("個人・世帯の記録を見る", "See a person and a household", Duty.SEE_PERSONS),
    "attachment.add": Permission("書類を添付する", "Attach a scan", Duty.SEE_PERSONS),
    "attachment.read": Permission("添付書類を見る", "See an attached scan", Duty.SEE_PERSONS),
    "certificate.read": Permission("証の記録を見る", "See certificates", Duty.SEE_PERSONS),
    "certificate.print": Permission("証を印刷する", "Print certificates", Duty.SEE_PERSONS),
    "certificate.reprint": Permission("証を刷り直す", "Print a certificate again", Duty.SEE_PERSONS),
    "certificate.receive": Permission(
        "証の返還・紛失・返戻を記録する", "Record a returned or lost certificate", Duty.SEE_PERSONS
    ),
    "document.print": Permission("受付票などを印刷する", "Print slips and notices", Duty.SEE_PERSONS),
    "printer.test": Permission("プリンターを試す", "Test the printer"),
    "ex_officio.decide": Permission("職権処理の一覧を決める", "Decide the ex officio lists", Duty.APPROVE),
    "confirmation.read": Permission("確認リストを見る", "See the confirmation list", Duty.SEE_PERSONS),
    "confirmation.decide": Permission("確認リストを決定する", "Decide the confirmation list", Duty.APPROVE),
    "protection.read": Permission("支援措置を見る", "See protective measures", Duty.SEE_PERSONS),
    "protection.mark": Permission(
        "支援措置を登録する・解除を申し出る", "Set a protective measure, propose its end", Duty.SEE_PERSONS
    ),
    "protection.ask": Permission(
        "保護された住所の開示を申請する", "Ask to see a protected address", Duty.SEE_PERSONS
    ),
    "protection.decide": Permission(
        "支援措置の解除と住所の開示を決定する", "Decide on releases and on ending measures", Duty.APPROVE
    ),
    "merge.read": Permission("記録の統合を見る", "See merges of records", Duty.SEE_PERSONS),
    "merge.propose": Permission("記録の統合を申し出る", "Propose to merge records", Duty.ENTER),
    "merge.decide": Permission("記録の統合を決定する", "Decide merges of records", Duty.APPROVE),
    "premium.trial": Permission("保険料を試算する", "Try a premium out"),
    "assessment.read": Permission("賦課と世帯の保険料を見る", "See assessments", Duty.SEE_PERSONS),
    "assessment.run": Permission("保険料を賦課計算する", "Compute assessments", Duty.ENTER),
    "assessment.decide": Permission("賦課を承認する", "Approve assessments", Duty.APPROVE),
    "circumstance.enter": Permission("軽減・免除の事由を登録する", "Enter circumstances", Duty.ENTER),
    "circumstance.decide": Permission(
        "登録された事由を確認する", "Check entered circumstances", Duty.APPROVE
    ),
    "share.enter": Permission("負担割合を登録する", "Enter shares of 70 to 74", Duty.ENTER),
    "share.decide": Permission("登録された負担割合を確認する", "Check entered shares", Duty.APPROVE),
    "pension.enter": Permission("年金の通知と特別徴収の中止を登録する", "Enter pensions", Duty.ENTER),
    "pension.decide": Permission(
        "登録された年金の通知・中止を確認する", "Check entered pensions", Duty.APPROVE
    ),
    "renewal.read": Permission("証の一斉更新を見る", "See renewals of certificates", Duty.SEE_PERSONS),
    "renewal.run": Permission("証の一斉更新をする", "Renew certificates of the city", Duty.SEE_PERSONS),
    "renewal.decide": Permission("証の一斉更新を承認する", "Approve renewals", Duty.APPROVE),
    "watch.read": Permission("見張りの指摘を見る", "See what watchdogs found", Duty.SEE_PERSONS),
    "watch.settle": Permission("見張りの指摘を処理する", "Settle what watchdogs found", Duty.SEE_PERSONS),
    "watch.run": Permission("見張りをいま行う", "Let the watchdogs look now"),
    "watch_rule.read": Permission("組み立てた見張りを見る", "See composed watchdogs"),
    "watch_rule.enter": Permission("見張りを組み立てる", "Compose watchdogs"),
    "watch_rule.decide": Permission("組み立てた見張りを確認する", "Check composed watchdogs"),
    "parameter.read": Permission("基準値を見る", "See the figures of the law"),
    "parameter.enter": Permission("年度の基準値を登録する", "Enter figures of a year"),
    "parameter.decide": Permission("登録された基準値を確認する", "Check entered figures"),
    "report.daily": Permission("日次の一覧を見る", "See the lists of the day", Duty.SEE_PERSONS),
    "contract.read": Permission("委託契約と体制を見る", "See contracts and their chains"),
    "contract.keep": Permission("委託契約・従事者を登録する", "Keep contracts and their workers", Duty.ENTER),
    "contract.decide": Permission(
        "委託先の利用を承認する・許諾を取り消す",
        "Grant accounts of contractors, revoke permissions",
        Duty.APPROVE,
    ),
    "contract.own": Permission("自分の委託契約を見る", "See the one contract for which one works"),
    "media.read": Permission("電子媒体の台帳を見る", "See the ledger of media"),
    "media.ask": Permission("媒体への複製を申請する", "Ask to copy to a medium", Duty.SEE_PERSONS),
    "media.keep": Permission("媒体を登録・貸出・返却・消去する", "Register, lend, take back and wipe media"),
    "media.decide": Permission("媒体への複製を承認する", "Approve copying to a medium", Duty.APPROVE),
    "review.read": Permission("記録の点検を見る", "See the reviews of the record"),
    "review.judge": Permission("記録の点検で判定する", "Judge what a review found"),
    "audit.read": Permission("監査の記録を見る", "Read the audit record", Duty.READ_AUDIT),
    "masters.read": Permission("マスタを見る", "See the masters"),
    "masters.write": Permission("マスタを変える", "Change the masters"),
    "accounts.read": Permission("職員と配属を見る", "See staff and postings"),
    "accounts.write": Permission("職員と配属を変える", "Change staff and postings", Duty.KEEP_ACCOUNTS),
    "roles.read": Permission("権限の一覧を見る", "See roles and permissions"),
    "rights.read": Permission("権限の申請と棚卸を見る", "See requests and reviews of rights"),
    "rights.confirm": Permission("権限の棚卸をする", "Confirm the rights of others"),
    "rights.ask": Permission("権限の変更を申請する", "Ask for a change of rights", Duty.KEEP_ACCOUNTS),
    "emergency.take": Permission("緊急の権限を使う", "Take an emergency right", Duty.SEE_PERSONS),
    "emergency.read": Permission("緊急の権限の一覧を見る", "See emergency rights"),
    "emergency.review": Permission("緊急の権限を事後確認する", "Review emergency rights"),
    "emergency.stop": Permission("緊急の権限を終わらせる", "End an emergency right"),
    "rights.decide": Permission("権限の変更を決定する", "Decide a change of rights", Duty.KEEP_ACCOUNTS),
    "dictionary.read": Permission("項目辞書を見る", "See the data dictionary"),
    "data_use.read": Permission("データ利用申請を見る", "See data-use applications"),
    "data_use.apply": Permission("データ利用を申請する", "Apply to use data", Duty.ENTER),
    "data_use.decide": Permission(
        "データ利用申請を審査・取り消す", "Judge data-use applications, revoke approvals", Duty.APPROVE
    ),
    "transfer.read": Permission("データ移転の記録を見る", "See the record of transfers"),
    "transfer.fetch": Permission(
        "移転されたファイルを受け取る", "Fetch a transferred file", Duty.SEE_PERSONS
    ),
    "transfer.run": Permission("データ移転をやり直す", "Run a transfer again", Duty.APPROVE),
    "transfer.trace": Permission(
        "個人がどのファイルで移転されたか調べる", "Find the files that held a person", Duty.READ_AUDIT
    ),
    "incoming.read": Permission("受け取ったファイルを見る", "See files that came in", Duty.SEE_PERSONS),
    "incoming.take": Permission("ファイルを受け取る", "Take a file that came in", Duty.ENTER),
    "incoming.settle": Permission("取込みの差異を処理する", "Settle differences of a file", Duty.ENTER),
    "incoming.decide": Permission(
        "受け取ったファイルの反映を決定する", "Decide on a file that came in", Duty.APPROVE
    ),
    "network.ask": Permission(
        "情報提供ネットワークに照会する", "Ask the information network", Duty.SEE_PERSONS
    ),
    "api.describe": Permission("プログラム連携の仕様を読む", "Read the description of the API"),
    "job.read": Permission("裏側の処理を見る", "See background work"),
    "job.change": Permission("裏側の処理を中止・やり直す", "Cancel background work and try it again"),
    "calendar.read": Permission("定期処理を見る", "See the regular work"),
    "calendar.change": Permission("定期処理を切り替える・いま行う", "Switch regular work, run it now"),
    "definition.read": Permission("手続の定義を見る", "See the definitions of procedures"),
    "definition.draft": Permission("手続の下書きを作る・直す", "Make and change drafts of procedures"),
    "definition.publish": Permission("手続の版を公開する", "Publish a version of a procedure"),
    "operations.read": Permission("案件の運用状況を見る", "See how cases run"),
    "operations.migrate": Permission("案件を別の版へ移行する", "Move cases to another version"),
    "operations.hold": Permission("案件を一時停止・再開する", "Suspend and resume cases"),
    "operations.retry": Permission("障害を再試行する", "Retry what failed"),
    "operations.skip": Permission("障害を見送る", "Settle a failure without a retry"),
    "operations.rewind": Permission("案件を前の手順に戻す", "Put a case back to an earlier step"),
}

_EVERYBODY = {"home.open", "profile.use", "job.read", "notice.read"}
_CASES = {
    "inbox.open",
    "job.change",
    "case.read",
    "case.comment",
    "task.take",
    "absence.set",
    "task.complete",
    "registry.search",
    "registry.read",
    "attachment.read",
    "certificate.read",
    "confirmation.read",
    "protection.read",
    "merge.read",
    "premium.trial",
    "assessment.read",
    "parameter.read",
    "protection.ask",
    "emergency.take",
    "incoming.read",
}
_TRANSFERS = {"dictionary.read", "data_use.read", "transfer.read"}
_OPERATOR = {"operations.read", "operations.migrate", "operations.hold", "operations.retry"}


@dataclass(frozen=True)
class Role:
    """A role of the office: its names and all it may do."""

    ja: str
    en: str
    grants: frozenset[str]


ROLES: dict[str, Role] = {
    "counter": Role(
        "窓口担当",
        "Counter staff",
        frozenset(
            _EVERYBODY
            | _CASES
            | {
                "notification.submit",
                "assessment.run",
                "circumstance.enter",
                "share.enter",
                "pension.enter",
                "watch.read",
                "watch.settle",
                "case.withdraw",
                "incoming.take",
                "incoming.settle",
                "network.ask",
                "media.read",
                "media.ask",
                "media.keep",
                "number.reveal",
                "protection.mark",
                "merge.propose",
                "attachment.add",
                "document.print",
                "certificate.receive",
                "printer.test",
            }
        ),
    ),
    "verifier": Role(
        "照合担当",
        "Verifier",
        frozenset(
            _EVERYBODY
            | _CASES
            | {
                "document.print",
                "circumstance.decide",
                "share.decide",
                "pension.decide",
                "watch.read",
                "watch.settle",
                "confirmation.decide",
                "protection.decide",
                "merge.decide",
                "incoming.decide",
                "network.ask",
            }
        ),
    ),
    "certificate_clerk": Role(
        "証交付担当",
        "Certificate clerk",
        frozenset(
            _EVERYBODY
            | _CASES
            | {
                "certificate.print",
                "certificate.reprint",
                "renewal.read",
                "renewal.run",
                "certificate.receive",
                "document.print",
                "printer.test",
            }
        ),
    ),
    "section_chief": Role(
        "課長",
        "Section chief",
        frozenset(
            _EVERYBODY
            | _CASES
            | _TRANSFERS
            | {
                "case.withdraw",
                "assessment.decide",
                "renewal.read",
                "renewal.decide",
                "watch.read",
                "watch.run",
                "watch_rule.read",
                "watch_rule.decide",
                "parameter.decide",
                "data_use.decide",
                "transfer.run",
                "board.read",
                "contract.read",
                "contract.decide",
                "media.read",
                "media.keep",
                "media.decide",
                "ex_officio.decide",
                "incoming.decide",
                "confirmation.decide",
                "review.read",
                "review.judge",
                "protection.decide",
                "merge.decide",
                "report.daily",
                "masters.read",
                "roles.read",
                "rights.read",
                "emergency.read",
                "emergency.review",
                "rights.confirm",
                "definition.read",
                "api.describe",
                "calendar.read",
                "operations.skip",
                "operations.rewind",
            }
            | _OPERATOR
        ),
    ),
    "contract_clerk": Role(
        "契約担当",
        "Contract clerk",
        frozenset(
            _EVERYBODY
            | {
                "inbox.open",
                "case.read",
                "case.comment",
                "task.take",
                "task.complete",
                "absence.set",
                "attachment.add",
                "attachment.read",
                "contract.read",
                "contract.keep",
                "media.read",
                "media.ask",
                "media.keep",
            }
        ),
    ),
    "contractor": Role(
        "委託先の従事者",
        "Worker of a contractor",
        frozenset({"home.open", "profile.use", "contract.own"}),
    ),
    "auditor": Role(
        "監査担当",
        "Auditor",
        frozenset(
            _EVERYBODY
            | _TRANSFERS
            | {
                "audit.read",
                "transfer.trace",
                "contract.read",
                "media.read",
                "review.read",
                "review.judge",
                "calendar.read",
                "report.daily",
                "masters.read",
                "accounts.read",
                "roles.read",
                "rights.read",
                "emergency.read",
                "emergency.review",
                "rights.confirm",
                "emergency.stop",
                "definition.read",
                "parameter.read",
                "operations.read",
            }
        ),
    ),
    "administrator": Role(
        "管理者",
        "Administrator",
        frozenset(
            _EVERYBODY
            | {
                "job.change",
                "calendar.read",
                "calendar.change",
                "masters.read",
                "masters.write",
                "accounts.read",
                "accounts.write",
                "roles.read",
                "rights.read",
                "rights.ask",
                "rights.decide",
                "emergency.read",
                "emergency.stop",
                "definition.read",
                "definition.draft",
                "definition.publish",
                "parameter.read",
                "parameter.enter",
                "parameter.decide",
                "watch_rule.read",
                "watch_rule.enter",
                "watch_rule.decide",
                "api.describe",
            }
            | _OPERATOR
        ),
    ),
    "data_protection_manager": Role(
        "データ保護管理者",
        "Data protection manager",
        frozenset(_EVERYBODY | _TRANSFERS | {"data_use.decide", "transfer.run", "absence.set"}),
    ),
    "receiving_section": Role(
        "移転先の課",
        "Receiving section",
        frozenset(_EVERYBODY | _TRANSFERS | {"data_use.apply", "transfer.fetch"}),
    ),
}


TASK_ROLES = frozenset(slug for slug, role in ROLES.items() if COMPLETES_TASKS in role.grants)
LANES = {
    "counter": Duty.ENTER,
    "contract_clerk": Duty.ENTER,
    "verifier": Duty.APPROVE,
    "section_chief": Duty.APPROVE,
    "data_protection_manager": Duty.APPROVE,
}
BOOK = RightsBook(
    permissions={slug: permission.duty for slug, permission in PERMISSIONS.items()},
    lanes=LANES,
    shipped={name: role.grants for name, role in ROLES.items()},
)


def fab_pair(slug: str) -> tuple[str, str]:
    """The names under which Flask-AppBuilder keeps a permission: (`can_<verb>`, `<noun>`)."""
    return role_tables.pair_of(slug)


def granted(roles: frozenset[str]) -> frozenset[str]:
    """All that somebody with these roles may do."""
    return frozenset().union(*(ROLES[role].grants for role in roles if role in ROLES))
