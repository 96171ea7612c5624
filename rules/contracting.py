"""Contractors: what is missing of a link of the chain, of a worker, and until when all of it holds.

Source: the city's assessment II-4 and III-4 (委託, 再委託), 番号法10条・11条; K2, K3, M26-M29, N05, N06, X3.
A chain runs from the contractor to each firm below. What is missing of a firm is missing of all below it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from rules.calendar_months import add_months
from rules.eras import format_short

Words = tuple[str, str]

CONTRACT_CLAUSES: Final[dict[str, Words]] = {
    "secrecy": ("秘密の保持(契約の終了後も)", "Secrecy, also after the end"),
    "care": ("データ等の適正な維持管理", "Care of the data"),
    "prevention": ("漏えい・滅失・き損・改ざんの防止", "Prevention of leaks and loss"),
    "no_other_use": ("目的外の使用・第三者提供の禁止", "No other use, no passing on"),
    "no_copying": ("許可のない複写・複製の禁止", "No copying without permission"),
    "incident_report": ("事故の通知と書面報告", "Report of incidents"),
    "training": ("従事者の研修・教育", "Training of the workers"),
    "no_taking_out": ("持出しの禁止", "No taking out"),
    "return_or_disposal": ("終了時の返却又は廃棄", "Return or disposal at the end"),
    "reports": ("遵守状況の報告を求める規定", "Right to demand reports"),
}
SUB_CLAUSES: Final[dict[str, Words]] = {
    "secrecy": ("秘密保持義務", "Secrecy"),
    "no_taking_out": ("事業所内からの持出しの禁止", "No taking out"),
    "no_other_use": ("目的外利用の禁止", "No other use"),
    "liability": ("漏えい等のときの責任の明確化", "Liability for leaks"),
    "return_or_disposal": ("終了後の返却又は廃棄", "Return or disposal at the end"),
    "supervision": ("従業者に対する監督・教育", "Supervision and training"),
    "reports": ("遵守状況の報告を求める規定", "Right to demand reports"),
}
BANDS: Final[dict[str, tuple[int | None, str, str]]] = {
    "under_10": (9, "10人未満", "under 10"),
    "10_49": (49, "10人以上50人未満", "10 to 49"),
    "50_99": (99, "50人以上100人未満", "50 to 99"),
    "100_499": (499, "100人以上500人未満", "100 to 499"),
    "500_999": (999, "500人以上1,000人未満", "500 to 999"),
    "1000_up": (None, "1,000人以上", "1,000 or more"),
}
SECURITY_MARKS: Final[dict[str, Words]] = {
    "iso27017": ("ISO/IEC 27017", "ISO/IEC 27017"),
    "cs_gold": ("CSマーク・ゴールド", "CS Gold mark"),
}
COMPANY: Final = ("株式会社", "有限会社", "合同会社")
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Missing:
    """One thing that is missing, by its code, in both languages."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True)
class Cloud:
    """What a firm has shown of the cloud in which it keeps data (assessment III-4)."""

    mark: str = ""
    mark_until: date | None = None
    privacy_until: date | None = None  # ISO/IEC 27018
    in_japan: bool = False
    policy: bool = False
    shared: bool = False  # how it is kept safe above the operating system, in writing


@dataclass(frozen=True)
class Link:
    """A firm of the chain: the contractor itself (`is_prime`), or one that the city has permitted.

    `from_on` and `until_on` are those of the contract or of the permission; both days belong to it.
    """

    is_prime: bool
    state: str  # asked granted refused revoked
    from_on: date | None
    until_on: date | None
    clauses: frozenset[str]
    secrecy_on: date | None = None
    chart: bool = False
    cloud: Cloud | None = None
    ended_on: date | None = None  # the day from which it was revoked


@dataclass(frozen=True)
class Worker:
    """A person whom a firm has named. `employer` is as it stands in the evidence that was shown.

    A pledge has no end of its own, as secrecy goes on after the contract (assessment III-4); `pledged_until`
    is there for a paper that names a last day, after which a new one is due.
    """

    firm: str
    employer: str
    evidence_on: date | None
    pledged_on: date | None
    trained_on: date | None
    left_on: date | None = None
    pledged_until: date | None = None


def missing_of_link(link: Link, day: date) -> tuple[Missing, ...]:
    """What is missing of one link on a day; nothing where it is whole. Its parents are not looked at."""
    found = [*_of_its_term(link, day), *_of_its_clauses(link)]
    if not link.is_prime:
        if link.secrecy_on is None or link.secrecy_on > day:
            found.append(Missing("secrecy_agreement", "秘密保持契約の締結", "a secrecy agreement"))
        if not link.chart:
            found.append(Missing("chart", "履行体制図", "an organisation chart"))
    if link.cloud is not None:
        found += _of_its_cloud(link.cloud, day)
    return tuple(found)


def missing_of_worker(worker: Worker, day: date, training_months: int) -> tuple[Missing, ...]:
    """What is missing of a person on a day, apart from the chain above him."""
    found = []
    if worker.left_on is not None and worker.left_on <= day:
        found.append(Missing("left", "従事の終了", "no longer at work"))
    if worker.evidence_on is None:
        found.append(Missing("evidence", "雇用主の証拠書類", "evidence of the employer"))
    elif not same_firm(worker.firm, worker.employer):
        found.append(
            Missing(
                "employer",
                f"雇用主の不一致(証拠書類では「{worker.employer}」)",
                f"another employer ({worker.employer})",
            )
        )
    if worker.pledged_on is None or worker.pledged_on > day:
        found.append(Missing("pledge", "秘密保持の誓約書", "the secrecy pledge"))
    elif worker.pledged_until is not None and worker.pledged_until < day:
        found.append(_run_out("pledge", "誓約書", "the secrecy pledge", worker.pledged_until))
    until = trained_until(worker.trained_on, training_months)
    if until is None:
        found.append(Missing("training", "研修の受講", "training"))
    elif until < day:
        found.append(_run_out("training", "研修", "training", until))
    return tuple(found)


def trained_until(trained_on: date | None, months: int) -> date | None:
    """The last day for which a training counts: 「おおむね一年ごと」, the day itself included."""
    return None if trained_on is None else add_months(trained_on, months) - ONE_DAY


def last_whole_day(chain: Iterable[Link], worker: Worker, day: date, training_months: int) -> date | None:
    """The last day on which a person and every firm above him are whole, as it is known on `day`.

    None where something is missing today already: then he may open nothing.
    """
    links = list(chain)
    if missing_of_worker(worker, day, training_months) or any(missing_of_link(one, day) for one in links):
        return None
    ends = [trained_until(worker.trained_on, training_months), worker.pledged_until]
    ends += [worker.left_on - ONE_DAY] if worker.left_on is not None else []
    for one in links:
        ends.append(one.until_on)
        ends += [one.ended_on - ONE_DAY] if one.ended_on is not None else []
        if one.cloud is not None:
            ends += [one.cloud.mark_until, one.cloud.privacy_until]
    return min(end for end in ends if end is not None)


def has_room(band: str, workers: int) -> bool:
    """Whether one more person fits the band of a contract (N05: 「10人未満」 is nine)."""
    most = BANDS[band][0]
    return most is None or workers < most


def same_firm(one: str, other: str) -> bool:
    """Whether two names are of one firm: width, spaces and the sign of a company (㈱) do not count."""
    return plain_firm(one) == plain_firm(other)


def plain_firm(name: str) -> str:
    """A firm's name as it is compared."""
    text = unicodedata.normalize("NFKC", name).casefold()
    for short, full in (("(株)", "株式会社"), ("(有)", "有限会社"), ("(同)", "合同会社")):
        text = text.replace(short, full)
    return "".join(text.split())


def names_firm(text: str, firm: str) -> bool:
    """Whether a text names a firm, with or without the word for a company."""
    core = plain_firm(firm)
    for word in COMPANY:
        core = core.replace(word, "")
    return len(core) > 1 and core in plain_firm(text)


def chart_faults(rows: Iterable[tuple[int, int | None]]) -> list[Words]:
    """What is wrong with an organisation chart of (number, number of the one above): one tree, no circle."""
    above = list(rows)
    numbers = [number for number, _ in above]
    parents = dict(above)
    if len(set(numbers)) != len(numbers):
        return [("体制図の番号が重複しています。", "A number of the chart is there twice.")]
    if sum(parent is None for parent in parents.values()) != 1:
        return [("体制図には、上位のない行(責任者)が1つだけ要ります。", "A chart has one head.")]
    if any(parent is not None and parent not in parents for parent in parents.values()):
        return [("体制図の「上位の番号」に、ない番号があります。", "A number above is not in the chart.")]
    circle = [number for number in numbers if not _reaches_the_head(number, parents)]
    return [("体制図の上位と下位が輪になっています。", "The chart goes round in a circle.")] if circle else []


def _reaches_the_head(number: int, parents: dict[int, int | None]) -> bool:
    at: int | None = number
    for _ in parents:
        if at is None:
            return True
        at = parents[at]
    return at is None


def _of_its_term(link: Link, day: date) -> list[Missing]:
    ja, en = ("契約", "contract") if link.is_prime else ("再委託の許諾", "permission")
    if link.ended_on is not None and link.ended_on <= day:
        return [Missing("revoked", f"{ja}の取消し", f"the {en} was revoked")]
    if link.state == "asked":
        return [Missing("permission", f"{ja}(決裁待ち)", f"the {en} (not decided)")]
    if link.state == "refused" or link.from_on is None or link.until_on is None:
        return [Missing("permission", ja, f"the {en}")]
    if day < link.from_on:
        return [Missing("not_begun", f"{ja}の開始前", f"the {en} has not begun")]
    if day > link.until_on:
        return [Missing("expired", f"{ja}の期間満了({link.until_on:%Y-%m-%d}まで)", f"the {en} has run out")]
    return []


def _of_its_clauses(link: Link) -> list[Missing]:
    wanted = CONTRACT_CLAUSES if link.is_prime else SUB_CLAUSES
    return [
        Missing(f"clause.{code}", f"条項「{ja}」", f"the clause “{en}”")
        for code, (ja, en) in wanted.items()
        if code not in link.clauses
    ]


def _of_its_cloud(cloud: Cloud, day: date) -> list[Missing]:
    mark_ja, mark_en = SECURITY_MARKS.get(
        cloud.mark, ("ISO/IEC 27017又はCSマーク・ゴールド", "ISO/IEC 27017")
    )
    found = [
        *_certificate("cloud.security", mark_ja, mark_en, cloud.mark_until if cloud.mark else None, day),
        *_certificate("cloud.privacy", "ISO/IEC 27018", "ISO/IEC 27018", cloud.privacy_until, day),
    ]
    told = (
        (cloud.in_japan, "cloud.in_japan", "日本国内でのデータ保管", "data kept in Japan"),
        (cloud.policy, "cloud.policy", "政府のクラウド基本方針の条件", "the government's cloud policy"),
        (cloud.shared, "cloud.shared", "責任共有の書面", "shared responsibility in writing"),
    )
    return found + [Missing(code, ja, en) for there, code, ja, en in told if not there]


def _certificate(code: str, ja: str, en: str, until: date | None, day: date) -> list[Missing]:
    if until is None:
        return [Missing(code, f"{ja}の認証", f"{en}")]
    if until < day:
        return [_run_out(code, f"{ja}の認証", en, until)]
    return []


def _run_out(code: str, ja: str, en: str, until: date) -> Missing:
    """What held until a day, as both languages write that day."""
    return Missing(code, f"{ja}の期限切れ({format_short(until)}まで)", f"{en} has expired ({until})")
