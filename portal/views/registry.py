"""The one list of views: add a class here and it is served; its lock is `requires(…)` on each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.views.attachments import AttachmentView
from portal.views.audit import AuditView
from portal.views.cases import CaseView
from portal.views.certificates import CertificateView
from portal.views.daily import DailyView
from portal.views.definitions import DefinitionView
from portal.views.ex_officio import ExOfficioView
from portal.views.households import HouseholdView
from portal.views.inbox import InboxView
from portal.views.intake import IntakeView
from portal.views.jobs import CalendarView, JobView
from portal.views.language import LanguageView
from portal.views.lookup import LookupView
from portal.views.masters import MASTER_VIEWS, MasterIndexView
from portal.views.own_page import ProfileView
from portal.views.papers import CasePaperView
from portal.views.persons import PersonView
from portal.views.print_queue import PrintQueueView
from portal.views.printer import PrinterView
from portal.views.staff import PostingView, RoleView, StaffView

if TYPE_CHECKING:
    from flask_appbuilder.baseviews import BaseView

VIEWS: tuple[type[BaseView], ...] = (
    LanguageView,
    IntakeView,
    CaseView,
    AttachmentView,
    InboxView,
    PersonView,
    HouseholdView,
    PrintQueueView,
    PrinterView,
    CertificateView,
    CasePaperView,
    DailyView,
    LookupView,
    ExOfficioView,
    DefinitionView,
    JobView,
    CalendarView,
    AuditView,
    ProfileView,
    MasterIndexView,
    *MASTER_VIEWS,
    StaffView,
    PostingView,
    RoleView,
)
