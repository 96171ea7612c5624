"""Filters of the inbox saved under a name: to open, to save, to remove (N2)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security import remembered
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views.inbox import address_of, filters_of
from services import saved_filters
from services.unit_of_work import unit_of_work


class SavedFilterView(BaseView):
    """One's own filters and those that one's groups share."""

    route_base = "/inbox/saved"
    default_view = "open"
    section = "InboxView.list"

    @expose("/<int:filter_id>", methods=["GET"])
    @requires("inbox.open")
    def open(self, filter_id: int) -> Any:
        """To the list; the words of the filter go into the session, not into the address."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            box, filters = saved_filters.get(ctx, filter_id)
        word = remembered.keep("inbox", {"text": filters.text}) if filters.text else None
        values: dict[str, Any] = address_of(box, filters, word)
        return redirect(url_for("InboxView.list", **values), code=303)

    @expose("/", methods=["POST"])
    @requires("inbox.open")
    def save(self) -> Any:
        """Keep what the list is narrowed by."""
        box, word = request.form.get("box", ""), request.form.get("s")
        filters = filters_of(request.form, word)
        name = request.form.get("name", "")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            replaced = saved_filters.save(ctx, name, request.form.get("group", ""), box, filters)
        flash(
            t("同じ名前の絞り込みを置き換えました。", "The filter of this name was replaced.")
            if replaced
            else t("絞り込みを保存しました。", "The filter is saved."),
            "success",
        )
        values: dict[str, Any] = address_of(box, filters, word if filters.text else None)
        return redirect(url_for("InboxView.list", **values), code=303)

    @expose("/<int:filter_id>/remove", methods=["POST"])
    @requires("inbox.open")
    def remove(self, filter_id: int) -> Any:
        """Take a filter away; the tasks stay as they are."""
        with unit_of_work(current_actor(), clock.now()) as ctx:
            saved_filters.remove(ctx, filter_id)
        flash(
            t("絞り込みを削除しました。仕事はそのままです。", "The filter is removed; the tasks stay."),
            "success",
        )
        return redirect(url_for("InboxView.list"), code=303)
