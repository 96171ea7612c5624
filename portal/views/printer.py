"""The printer of one's desk: what lies in which tray, its offset, and the page to measure it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.pdf_answers import dress, pdf_answer
from printing.office.printer_test_page import PrinterTestPage
from printing.press import render
from services import printer_settings
from services.errors import NotFound
from services.printer_settings import MOST_TRAYS, OFFSETS, PLACES, USES, TrayRefused
from services.unit_of_work import unit_of_work

EMPTY = {"name": "", "use": "", **dict.fromkeys(OFFSETS, "0")}


class PrinterView(BaseView):
    """Trays and offsets of the person before the screen."""

    route_base = "/print/printer"
    default_view = "show"
    section = "PrintQueueView.list"

    @expose("/", methods=["GET"])
    @requires("printer.test")
    def show(self) -> Any:
        """The trays as they are set."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            rows = [asdict(tray) for tray in printer_settings.read(ctx)]
        return self._page(rows, kept=len(rows))

    @expose("/", methods=["POST"])
    @requires("printer.test")
    def save(self) -> Any:
        """Keep trays and offsets."""
        rows = _typed()
        try:
            with unit_of_work(current_actor(), clock.now()) as ctx:
                printer_settings.save(ctx, rows)
        except TrayRefused as refused:
            return self._page([row for row in rows if row["name"].strip()], refused), 422
        flash(
            t(
                "給紙トレイを保存しました。調整用紙をもう一度刷って確かめてください。",
                "The trays are kept. Print the test page again to see whether they are right.",
            ),
            "success",
        )
        return redirect(url_for("PrinterView.show"), code=303)

    @expose("/test-<int:place>.pdf", methods=["GET"])
    @requires("printer.test")
    def test_page(self, place: int) -> Any:
        """Rulers on both sides, moved by the offset of one tray."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            trays = printer_settings.read(ctx)
            demo, day = dress(ctx).demo, ctx.today
        if place >= len(trays):
            raise NotFound("この給紙トレイはありません。", "There is no such tray.")
        tray = trays[place]
        page = PrinterTestPage(tray_name=tray.name, dated=day, tray=tray.offset, demo=demo)
        return pdf_answer(render(page), f"printer-test-{place + 1}.pdf")

    def _page(self, rows: Any, refused: TrayRefused | None = None, kept: int = 0) -> Any:
        shown = [*rows, *([EMPTY] if len(rows) < MOST_TRAYS else [])]
        return self.render_template(
            "print/printer.html",
            title=t("プリンターの調整", "Printer"),
            rows=shown,
            kept=kept,
            refused=refused,
            uses={use: t(*words) for use, words in USES.items()},
            places={place: t(*words) for place, words in PLACES.items()},
        )


def _typed() -> list[Mapping[str, str]]:
    """The rows as typed, in order."""
    columns = {name: request.form.getlist(name)[: MOST_TRAYS + 1] for name in ("name", "use", *OFFSETS)}
    count = min(len(column) for column in columns.values())
    return [{name: column[place] for name, column in columns.items()} for place in range(count)]
