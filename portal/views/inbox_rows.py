"""The rows of the inbox as HTML, written here: a template takes thrice the time for fifty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from portal.language import ENGLISH, current_language, t
from portal.template_tools import era_short, moment
from portal.views.inbox_words import postal

if TYPE_CHECKING:
    from portal.views.list_place import Links
    from services.inbox import Waiting

EXCLUDED = "excluded"
NOTHING = "—"


def body(rows: Sequence[Waiting], columns: Sequence[str], cells: Cells) -> Markup:
    """The rows of the table; everything in it that is not ours is escaped."""
    asked = [(name, getattr(cells, name)) for name in columns]
    return Markup("".join(cells.row(row, asked) for row in rows))  # noqa: S704 - each cell escapes what it shows


class Cells:
    """The cells of a page's rows: each is asked by the name of its column (`inbox_words.COLUMNS`).

    `may_take` and `supervises` say what the person may do with a task.
    """

    def __init__(
        self,
        links: Links,
        columns: Sequence[str],
        procedures: Mapping[str, str],
        roles: Mapping[str, str],
        ways: Mapping[str, str],
        today: date,
        *,
        may_take: bool,
        supervises: bool,
    ) -> None:
        """Say once what all rows have in common."""
        self._links, self._procedures, self._roles, self._ways = links, procedures, roles, ways
        self._today, self._may_take, self._supervises = today, may_take, supervises
        self._english = current_language() == ENGLISH
        self._says_follow_up = "follow_up" not in columns
        self._tick = t("%sを選ぶ", "Tick %s")
        self._take, self._give_back = t("引き受ける", "Take"), t("戻す", "Give back")
        self._me, self._fresh = t("自分", "Me"), t("新しい世帯", "new")
        self._apart = small(t("入力した本人は照合できません", "not by who entered it"))
        self._opened = t("%sさんが開いています", "%s has it open")
        self._over, self._within = t("%d日超過", "%d day(s) over"), t("あと%d日", "In %d day(s)")
        self._on_the_day, self._since = t("今日まで", "Today"), t("%d日", "%d day(s)")
        self._off, self._again = t("%sまで後日", "off until %s"), t("%sから再開", "back since %s")
        self._overdue = t("期限超過で再開", "back: overdue")

    def row(self, row: Waiting, asked: Sequence[tuple[str, Callable[[Waiting], str]]]) -> str:
        """A row with the cells that are asked, its box to tick and its button."""
        item, url = row.item, shown(self._links.show(row.item))
        name = shown(item.subject_name or item.notification_number)
        apart = ' class="not-mine"' if row.why_not == EXCLUDED else ""
        told = [f'<tr data-href="{url}" data-row="{item.id}"{apart}>\n']
        if self._may_take:
            told.append(
                f'<td class="tick"><input type="checkbox" name="row" value="{item.id}" form="chosen"'
                f' aria-label="{self._tick % name}"></td>'
            )
        for column, cell in asked:
            if column == "name":
                told.append(f'<td><a href="{url}">{name}</a>{cell(row)}</td>\n')
            else:
                told.append(f'<td class="nowrap">{cell(row)}</td>\n')
        told.append(f'<td class="nowrap text-right">{self._button(row)}</td>\n</tr>\n')
        return "".join(told)

    def _button(self, row: Waiting) -> str:
        item = row.item
        if row.is_mine or (self._supervises and item.assignee_id):
            place = shown(self._links.deed(item, "give-back"))
            return (
                '<button class="button quiet small" form="row-deed"'
                f' formaction="{place}">{self._give_back}</button>'
            )
        if row.why_not or item.assignee_id or not self._may_take:
            return ""
        place = shown(self._links.deed(item, "take"))
        return (
            f'<button class="button small" form="row-deed" formaction="{place}"'
            f" data-take>{self._take}</button>"
        )

    def name(self, row: Waiting) -> str:
        """Who has the case open, beside its name."""
        return small(self._opened % row.open_by) if row.open_by else ""

    def due(self, row: Waiting) -> str:
        follow_up = self._follow_up(row) if self._says_follow_up else ""
        return self._due(row) + (small(follow_up) if follow_up else "")

    def _due(self, row: Waiting) -> str:
        due_on = row.item.due_on
        if due_on is None:
            return f'<span class="quiet">{NOTHING}</span>'
        if row.due_kind == "late":
            return f'<span class="state overdue">{self._over % row.late_days}</span>'
        if row.due_kind == "today":
            return f'<span class="due today">{self._on_the_day}</span>'
        day = era_short(due_on)
        if row.due_kind == "soon":
            left = self._within % (due_on - self._today).days
            return f'<span class="due">{left}</span> <span class="quiet">{day}</span>'
        return f'<span class="due">{day}</span>'

    def follow_up(self, row: Waiting) -> str:
        return self._follow_up(row) or NOTHING

    def _follow_up(self, row: Waiting) -> str:
        day = row.item.follow_up_on
        if day is None:
            return ""
        if row.is_put_off:
            return self._off % era_short(day)
        return self._again % era_short(day) if day <= self._today else self._overdue

    def procedure(self, row: Waiting) -> str:
        slug = row.item.procedure
        reason = (row.reason_en or row.reason) if self._english else row.reason
        return shown(self._procedures.get(slug, slug)) + (small(reason) if reason else "")

    def household(self, row: Waiting) -> str:
        item = row.item
        return shown(item.household_number) or (self._fresh if item.subject_name else NOTHING)

    def element(self, row: Waiting) -> str:
        item = row.item
        title = shown(item.title_en if self._english else item.title_ja)
        if row.why_not == EXCLUDED:
            return title + self._apart
        return title + (small(self._role_name(item.role)) if row.why_not else "")

    def assignee(self, row: Waiting) -> str:
        return f"<b>{self._me}</b>" if row.is_mine else shown(row.assignee or NOTHING)

    def received(self, row: Waiting) -> str:
        way = self._ways.get(row.item.way, "")
        return f'{era_short(row.item.received_on)} <span class="quiet">{way}</span>'

    def number(self, row: Waiting) -> str:
        return shown(row.item.notification_number)

    def district(self, row: Waiting) -> str:
        return shown(postal(row.item.postal_code) or NOTHING)

    def role(self, row: Waiting) -> str:
        return shown(self._role_name(row.item.role))

    def age(self, row: Waiting) -> str:
        received = row.item.received_on
        return self._since % (self._today - received).days if received else NOTHING

    def arrived(self, row: Waiting) -> str:
        return moment(row.item.created_at)

    def _role_name(self, slug: str) -> str:
        return self._roles.get(slug, slug)


def shown(words: str) -> str:
    """Words as they stand in HTML."""
    return str(escape(words))


def small(words: str) -> str:
    """A second line of a cell."""
    return f'<span class="kana">{shown(words)}</span>'
