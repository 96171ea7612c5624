"""Filters of the inbox saved under a name: to open, to save, to remove (N2)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from portal import clock
from portal.language import t
from portal.security.access import requires
from portal.security.actor import current_actor
from portal.views import list_place
from portal.views.carrying_out import is_again
from portal.views.list_place import Place
from services import saved_filters
from services.saved_filters import FilterRefused
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
        word = list_place.typed(filters.text, filters.household)
        return redirect(Place(box, filters, word).url, code=303)

    @expose("/", methods=["POST"])
    @requires("inbox.open")
    def save(self) -> Any:
        """Keep what the list is narrowed by."""
        place = list_place.of(request.form, "")
        if place.is_lost:
            raise FilterRefused(
                "探した言葉が残っていないため、保存していません。もう一度この箱の中を探してから保存してください。",
                "What you searched for is no longer there, so nothing was saved. Search again, then save.",
            )
        name, group = request.form.get("name", ""), request.form.get("group", "")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return redirect(place.url, code=303)
            replaced = saved_filters.save(ctx, name, group, place.box, place.filters)
        flash(
            t("同じ名前の絞り込みを置き換えました。", "The filter of this name was replaced.")
            if replaced
            else t("絞り込みを保存しました。", "The filter is saved."),
            "success",
        )
        return redirect(place.url, code=303)

    @expose("/<int:filter_id>/remove", methods=["POST"])
    @requires("inbox.open")
    def remove(self, filter_id: int) -> Any:
        """Take a filter away; the tasks stay as they are."""
        where = url_for("InboxView.list")
        with unit_of_work(current_actor(), clock.now()) as ctx:
            if is_again(ctx):
                return redirect(where, code=303)
            saved_filters.remove(ctx, filter_id)
        flash(
            t("絞り込みを削除しました。仕事はそのままです。", "The filter is removed; the tasks stay."),
            "success",
        )
        return redirect(where, code=303)
