"""The tables that the office keeps itself, and the page that names them."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.baseviews import BaseView, expose

from portal.language import t
from portal.security.access import requires
from portal.views.base import ServedModelView
from portal.views.masters_codes import PaperKindView, ReasonCodeView
from portal.views.masters_office import CitySettingView, HolidayView, OfficeView
from portal.views.masters_outside import FacilityView, MunicipalityView, OtherInsurerView, SchoolView

MASTER_VIEWS: tuple[type[ServedModelView], ...] = (
    OfficeView,
    HolidayView,
    CitySettingView,
    ReasonCodeView,
    PaperKindView,
    MunicipalityView,
    OtherInsurerView,
    SchoolView,
    FacilityView,
)


class MasterIndexView(BaseView):
    """All masters, each in a sentence."""

    route_base = "/masters"
    default_view = "index"

    @expose("/")
    @requires("masters.read")
    def index(self) -> Any:
        """The list of masters."""
        entries = [(view.name, view.lead, f"{view.__name__}.list") for view in MASTER_VIEWS]
        return self.render_template("records/index.html", title=t("マスタ", "Masters"), entries=entries)
