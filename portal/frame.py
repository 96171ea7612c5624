"""What stands around every page: the sidebar with live counts, the search box, who is here.

An entry is shown when its view is served and the person has its permission. Counts come from functions
that are registered here, each one statement, called once per page.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, g, request, url_for

from portal import clock
from portal.extensions import db
from portal.language import current_language, t
from portal.security import sessions
from portal.security.access import can, grants
from portal.security.actor import signed_in_actor
from portal.security.roles import ROLES
from portal.template_tools import moment
from services.counts import Wanted, ask

if TYPE_CHECKING:
    from datetime import date

    from flask import Flask
    from sqlalchemy.orm import Session

    from portal.settings import Settings
    from services.context import Actor

Counter = Callable[["Session", "Actor", "date"], Mapping[str, int]]
Question = Callable[["Actor", "date"], Wanted]
COUNTERS: list[Counter] = []
QUESTIONS: list[Question] = []


@dataclass(frozen=True)
class Entry:
    """A line of the sidebar. `count` is a key that some counter answers; `key` is typed to go there.

    `if_counted`: shown only to those for whom a counter answers.
    """

    ja: str
    en: str
    endpoint: str
    slug: str
    count: str = ""
    key: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Entry, ...] = ()
    if_counted: bool = False


MOST_KEPT = 256  # sidebars, by permissions and language
QUEUES_OF_ROLES = tuple(
    Entry(
        role.ja,
        role.en,
        "InboxView.list",
        "inbox.open",
        f"inbox.role.{slug}",
        arguments={"box": "group", "role": slug},
        if_counted=True,
    )
    for slug, role in ROLES.items()
    if "inbox.open" in role.grants
)
ENTRIES: tuple[Entry, ...] = (
    Entry("きょうの仕事", "Today", "HomeView.index", "home.open", key="g h"),
    Entry(
        "受信箱",
        "Inbox",
        "InboxView.list",
        "inbox.open",
        "inbox",
        "g i",
        children=(
            Entry("自分", "Mine", "InboxView.list", "inbox.open", "inbox.mine", "", {"box": "mine"}),
            Entry(
                "グループ",
                "My groups",
                "InboxView.list",
                "inbox.open",
                "inbox.group",
                "",
                {"box": "group"},
                QUEUES_OF_ROLES,
            ),
            Entry("未割当", "Unassigned", "InboxView.list", "inbox.open", "inbox.free", "", {"box": "free"}),
            Entry(
                "期限超過", "Overdue", "InboxView.list", "inbox.open", "inbox.overdue", "", {"box": "overdue"}
            ),
            Entry("後日", "Put off", "InboxView.list", "inbox.open", "inbox.later", "", {"box": "later"}),
        ),
    ),
    Entry("仕事の状況", "How work stands", "BoardView.show", "board.read", key="g b"),
    Entry("知らせ", "Notices", "NoticeView.list", "notice.read", "notices", "g a"),
    Entry("届出を受ける", "Take a notification", "IntakeView.choose", "notification.submit", key="g n"),
    Entry("資格・世帯", "Persons, households", "PersonView.search", "registry.search", key="g s"),
    Entry("証の交付", "Certificates", "PrintQueueView.list", "certificate.print", "print", "g p"),
    Entry("証の一斉更新", "Renewal of certificates", "RenewalView.list", "renewal.read", "renewals"),
    Entry("保険料の賦課", "Assessment", "AssessmentView.list", "assessment.read", "assessments"),
    Entry("軽減・免除の事由", "Circumstances", "CircumstanceView.list", "assessment.read", "circumstances"),
    Entry("負担割合の登録", "Shares of 70 to 74", "ShareView.list", "registry.read", "shares"),
    Entry(
        "年金からの特別徴収", "Deductions from pensions", "PensionView.list", "assessment.read", "pensions"
    ),
    Entry("見張り", "Watchdogs", "WatchView.list", "watch.read", "watch"),
    Entry("見張りの組み立て", "Composed watchdogs", "WatchRuleView.list", "watch_rule.read"),
    Entry("保険料の試算", "Premium trial", "PremiumTrialView.sheet", "premium.trial"),
    Entry("職権処理", "Ex officio", "ExOfficioView.list", "ex_officio.decide", "ex_officio"),
    Entry(
        "確認リスト",
        "Confirmation list",
        "ConfirmationView.list",
        "confirmation.read",
        "confirmations",
    ),
    Entry("記録の統合", "Merges", "MergeView.list", "merge.read", "merges"),
    Entry("データ利用・移転", "Data use, transfers", "DataUseView.list", "data_use.read", "data_use"),
    Entry("項目辞書", "Data dictionary", "DictionaryView.list", "dictionary.read"),
    Entry("データの受取り", "Incoming data", "IncomingView.list", "incoming.read", "incoming"),
    Entry("支援措置", "Protection", "ProtectionView.list", "protection.read", "protection"),
    Entry("委託契約", "Contracts", "ContractView.list", "contract.read", "contracts"),
    Entry("自分の契約", "My contract", "ContractView.own", "contract.own"),
    Entry("電子媒体", "Media", "MediumView.list", "media.read", "media"),
    Entry("裏側の処理", "Background work", "JobView.list", "job.read", "jobs"),
    Entry("不在と代理", "Absences, deputies", "AbsenceView.list", "absence.set"),
    Entry("日次の一覧", "Lists of the day", "DailyView.list", "report.daily"),
    Entry("緊急の権限", "Emergency rights", "EmergencyView.list", "emergency.read", "emergency"),
    Entry("監査・点検", "Audit", "AuditView.list", "audit.read"),
    Entry("記録の点検", "Review of the record", "ReviewView.list", "review.read", "review"),
    Entry("運用", "Operations", "OperationCaseView.list", "operations.read", "operations", "g o"),
    Entry("手続の定義", "Procedures", "DefinitionView.list", "definition.read", "definitions"),
    Entry("手紙の文面", "Texts of letters", "LetterTextView.list", "definition.read"),
    Entry("基準値", "Figures of the law", "ParameterView.list", "parameter.read"),
    Entry("マスタ", "Masters", "MasterIndexView.index", "masters.read", key="g m"),
    Entry("職員と権限", "Staff and roles", "StaffView.list", "accounts.read"),
    Entry("権限の棚卸", "Review of rights", "RightsReviewView.list", "rights.confirm"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as one page shows it."""

    label: str
    url: str
    here: bool
    count: int | None
    key: str
    children: tuple[Line, ...]


class Open(NamedTuple):
    """An entry that is served and open to somebody, in the words of his screen."""

    entry: Entry
    label: str
    url: str
    children: Level


class Level(NamedTuple):
    """Entries beside one another as somebody is shown them; `own` are the views that have one."""

    shown: tuple[Open, ...]
    own: frozenset[str]


NOTHING = Level((), frozenset())


@dataclass(frozen=True)
class Frame:
    """All that the base template needs around the page."""

    lines: tuple[Line, ...]
    name: str
    roles: str
    role_slugs: frozenset[str]
    search_url: str | None
    profile_url: str | None
    here: str
    demo: bool
    environment: str
    idle_seconds: int
    alarm: int = 0
    emergency: str = ""


def install(app: Flask) -> None:
    """Hand the frame to the templates, computed when a page asks for it."""
    app.jinja_env.globals["page_frame"] = page_frame


def register_counter(counter: Counter) -> Counter:
    """Add a function that answers counts for the sidebar, e.g. `{"inbox": 12, "inbox.mine": 5}`."""
    if counter not in COUNTERS:
        COUNTERS.append(counter)
    return counter


def register_count(question: Question) -> Question:
    """Add a function that says what is to be counted, e.g. `{"merges": select(func.count(…))}`.

    All of them are asked in one statement of every page.
    """
    if question not in QUESTIONS:
        QUESTIONS.append(question)
    return question


def page_frame() -> Frame:
    """The frame of this request's page."""
    settings: Settings = current_app.extensions["portal_settings"]
    actor = None if g.get("bare") else signed_in_actor()  # no question to a database that is away
    sidebar = opened(ENTRIES) if actor else NOTHING
    counts = counts_for(actor) if actor and any(one.entry.count for one in sidebar.shown) else {}
    return Frame(
        lines=lines(sidebar, counts, _here()),
        name=actor.name if actor else "",
        roles=" / ".join(role_names(actor)) if actor else "",
        role_slugs=actor.roles if actor else frozenset(),
        search_url=_url("PersonView.search", "registry.search") if actor else None,
        profile_url=_url("ProfileView.show", "profile.use") if actor else None,
        here=request.full_path.rstrip("?") if request.method == "GET" and request.endpoint else "",
        demo=settings.demo,
        environment=settings.environment.value,
        idle_seconds=settings.idle_minutes * 60,
        alarm=counts.get("emergency.in_force", 0),
        emergency=emergency_words() if actor else "",
    )


def emergency_words() -> str:
    """What somebody holds by an emergency right and until when; empty where he holds none."""
    bound = sessions.full()
    right = bound.emergency if bound is not None else None
    if right is None:
        return ""
    until = moment(right.until)
    role = ROLES.get(right.role)
    if role is not None:
        return t(
            f"緊急の権限「{role.ja}」を {until} まで使っています。",
            f"Emergency: “{role.en}” until {until}.",
        )
    return t(
        f"緊急の権限で、ほかの課・窓口の届出1件を {until} まで開いています。",
        f"Emergency right to one case of another office until {until}.",
    )


def counts_for(actor: Actor) -> dict[str, int]:
    """What every counter answers for this person, once per request."""
    if "counts" not in g:
        wanted: dict[str, Any] = {}
        for question in QUESTIONS:
            wanted.update(question(actor, clock.today()))
        found = ask(db.session(), wanted)
        for counter in COUNTERS:
            found.update(counter(db.session(), actor, clock.today()))
        g.counts = found
    answered: dict[str, int] = g.counts
    return answered


def role_names(actor: Actor) -> list[str]:
    """The names of a person's roles in the language of the screen; those of who is away with a mark."""
    mark = t("(代理)", " (deputy)")
    return [
        t(role.ja, role.en) + (mark if slug in actor.lent else "")
        for slug, role in ROLES.items()
        if slug in actor.roles
    ]


def opened(entries: tuple[Entry, ...]) -> Level:
    """The entries that are served and open to this person.

    They are kept for all who may do the same, by what they may do: each page shows them.
    """
    kept: dict[Any, tuple[tuple[Entry, ...], Level]] = current_app.extensions.setdefault(
        "portal_sidebars", {}
    )
    key = (id(entries), grants(), current_language(), request.script_root)
    found = kept.get(key)
    if found is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[key] = entries, _open(entries)  # with the entries, so that their id is theirs as long
    return found[1]  # not read from what is kept: another thread may have cleared it


def _open(entries: tuple[Entry, ...]) -> Level:
    shown = []
    for entry in entries:
        url = _url(entry.endpoint, entry.slug, entry.arguments)
        if url is not None:
            shown.append(Open(entry, t(entry.ja, entry.en), url, _open(entry.children)))
    return Level(tuple(shown), frozenset(_view_of(entry.endpoint) for entry in entries if can(entry.slug)))


def lines(level: Level, counts: Mapping[str, int], here: Here) -> tuple[Line, ...]:
    """The entries as a page shows them."""
    return tuple(
        Line(
            one.label,
            one.url,
            _is_here(one.entry, level.own, here),
            counts.get(one.entry.count) if one.entry.count else None,
            one.entry.key,
            lines(one.children, counts, here) if one.children.shown else (),
        )
        for one in level.shown
        if not one.entry.if_counted or one.entry.count in counts
    )


class Here(NamedTuple):
    """The page of this request: its endpoint (empty where nothing is served), view and section."""

    endpoint: str
    view: str
    section: str | None


def _here() -> Here:
    endpoint = request.endpoint or ""
    owner = getattr(current_app.view_functions.get(endpoint), "__self__", None)
    return Here(endpoint, _view_of(endpoint), getattr(owner, "section", None))


def _view_of(endpoint: str) -> str:
    return endpoint.split(".", maxsplit=1)[0]


def _is_here(entry: Entry, own: Collection[str], here: Here) -> bool:
    """Whether the page belongs to an entry; to its section only where the page has no entry of its own."""
    if not here.endpoint:
        return False
    if entry.arguments:
        return here.endpoint == entry.endpoint and all(
            request.args.get(name) == value for name, value in entry.arguments.items()
        )
    if here.endpoint == entry.endpoint or here.view == _view_of(entry.endpoint):
        return True
    return entry.endpoint == here.section and here.view not in own


def _url(endpoint: str, slug: str, arguments: Mapping[str, Any] | None = None) -> str | None:
    if endpoint not in current_app.view_functions or not can(slug):
        return None
    return _address(endpoint, arguments or {})


def _address(endpoint: str, arguments: Mapping[str, Any]) -> str:
    """An address of the sidebar, which is the same on every page."""
    built: dict[Any, str] = current_app.extensions.setdefault("portal_addresses", {})
    key = (request.script_root, endpoint, *arguments.items())
    if key not in built:
        built[key] = url_for(endpoint, **arguments)
    return built[key]
