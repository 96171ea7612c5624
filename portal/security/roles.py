"""Who may do what, as data: every permission has a slug, every role a set of slugs, nothing else is allowed.

`flask setup` brings Flask-AppBuilder's tables to this state. A slug `noun.verb` is the permission
`can_<verb>` on the view `<noun>` there. No person is given Flask-AppBuilder's Admin or Public role.
No role both changes the register and keeps accounts (T14); who may do this deed to this case is asked
in the services once more.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Permission:
    """What one may do, in both languages."""

    ja: str
    en: str


PERMISSIONS: dict[str, Permission] = {
    "home.open": Permission("最初の画面を開く", "Open the first page"),
    "profile.use": Permission("自分の設定とパスワードを変える", "Change one's own settings and password"),
    "inbox.open": Permission("受信箱を開く", "Open the inbox"),
    "notification.submit": Permission("届出を受け付ける", "Take a notification"),
    "case.read": Permission("案件を見る", "See a case"),
    "case.withdraw": Permission("届出を取り下げる", "Withdraw a notification"),
    "number.reveal": Permission("個人番号を見る", "See an Individual Number"),
    "task.take": Permission("仕事を引き受ける・戻す", "Take and give back a task"),
    "task.complete": Permission("仕事を終える", "Complete a task"),
    "registry.search": Permission("資格・世帯を探す", "Search persons and households"),
    "registry.read": Permission("個人・世帯の記録を見る", "See a person and a household"),
    "attachment.add": Permission("書類を添付する", "Attach a scan"),
    "attachment.read": Permission("添付書類を見る", "See an attached scan"),
    "certificate.read": Permission("証の記録を見る", "See certificates"),
    "certificate.print": Permission("証を印刷する", "Print certificates"),
    "certificate.reprint": Permission("証を刷り直す", "Print a certificate again"),
    "certificate.receive": Permission(
        "証の返還・紛失・返戻を記録する", "Record a returned or lost certificate"
    ),
    "document.print": Permission("受付票などを印刷する", "Print slips and notices"),
    "printer.test": Permission("プリンターを試す", "Test the printer"),
    "ex_officio.decide": Permission("職権処理の一覧を決める", "Decide the ex officio lists"),
    "report.daily": Permission("日次の一覧を見る", "See the lists of the day"),
    "audit.read": Permission("監査の記録を見る", "Read the audit record"),
    "masters.read": Permission("マスタを見る", "See the masters"),
    "masters.write": Permission("マスタを変える", "Change the masters"),
    "accounts.read": Permission("職員と配属を見る", "See staff and postings"),
    "accounts.write": Permission("職員と配属を変える", "Change staff and postings"),
    "roles.read": Permission("権限の一覧を見る", "See roles and permissions"),
    "job.read": Permission("裏側の処理を見る", "See background work"),
    "job.change": Permission("裏側の処理を中止・やり直す", "Cancel background work and try it again"),
    "calendar.read": Permission("定期処理を見る", "See the regular work"),
    "calendar.change": Permission("定期処理を切り替える・いま行う", "Switch regular work, run it now"),
    "definition.read": Permission("手続の定義を見る", "See the definitions of procedures"),
    "definition.publish": Permission("手続の版を公開する", "Publish a version of a procedure"),
    "operations.read": Permission("案件の運用状況を見る", "See how cases run"),
    "operations.migrate": Permission("案件を別の版へ移行する", "Move cases to another version"),
    "operations.hold": Permission("案件を一時停止・再開する", "Suspend and resume cases"),
    "operations.retry": Permission("障害を再試行する", "Retry what failed"),
    "operations.skip": Permission("障害を見送る", "Settle a failure without a retry"),
    "operations.rewind": Permission("案件を前の手順に戻す", "Put a case back to an earlier step"),
}

_EVERYBODY = {"home.open", "profile.use", "job.read"}
_CASES = {
    "inbox.open",
    "job.change",
    "case.read",
    "task.take",
    "task.complete",
    "registry.search",
    "registry.read",
    "attachment.read",
    "certificate.read",
}
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
                "case.withdraw",
                "number.reveal",
                "attachment.add",
                "document.print",
                "certificate.receive",
                "printer.test",
            }
        ),
    ),
    "verifier": Role("照合担当", "Verifier", frozenset(_EVERYBODY | _CASES | {"document.print"})),
    "certificate_clerk": Role(
        "証交付担当",
        "Certificate clerk",
        frozenset(
            _EVERYBODY
            | _CASES
            | {
                "certificate.print",
                "certificate.reprint",
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
            | {
                "case.withdraw",
                "ex_officio.decide",
                "report.daily",
                "masters.read",
                "roles.read",
                "definition.read",
                "calendar.read",
                "operations.skip",
                "operations.rewind",
            }
            | _OPERATOR
        ),
    ),
    "auditor": Role(
        "監査担当",
        "Auditor",
        frozenset(
            _EVERYBODY
            | {
                "audit.read",
                "calendar.read",
                "report.daily",
                "masters.read",
                "accounts.read",
                "roles.read",
                "definition.read",
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
                "definition.read",
                "definition.publish",
            }
            | _OPERATOR
        ),
    ),
}


def fab_pair(slug: str) -> tuple[str, str]:
    """The names under which Flask-AppBuilder keeps a permission: (`can_<verb>`, `<noun>`)."""
    noun, verb = slug.split(".")
    return f"can_{verb}", noun


def granted(roles: frozenset[str]) -> frozenset[str]:
    """All that somebody with these roles may do."""
    return frozenset().union(*(ROLES[role].grants for role in roles if role in ROLES))
