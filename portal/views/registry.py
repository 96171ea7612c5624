"""The one list of views: add a class here and it is served; its lock is `requires(…)` on each method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.api.cases import CaseApi, ProcedureApi
from portal.api.document import DescriptionApi
from portal.api.tasks import TaskApi
from portal.security.enrolment import EnrolmentView
from portal.security.lock import LockView, ProofView
from portal.views import case_about, ceilings
from portal.views.absences import AbsenceView
from portal.views.absent_tasks import AbsentTasksView
from portal.views.account_security import AccountSecurityView
from portal.views.assessments import AssessmentView
from portal.views.attachments import AttachmentView
from portal.views.audit import AuditView
from portal.views.board import BoardView
from portal.views.bulk_tasks import BulkView
from portal.views.case_entries import CaseEntryView
from portal.views.cases import CaseView
from portal.views.certificates import CertificateView
from portal.views.circumstances import CircumstanceView
from portal.views.confirmations import ConfirmationView
from portal.views.contract_workers import WorkerView
from portal.views.contracts import ContractView
from portal.views.daily import DailyView
from portal.views.data_use import DataUseView
from portal.views.definitions import DefinitionView
from portal.views.delegations import DelegationView
from portal.views.dictionary import DictionaryView
from portal.views.emergency import EmergencyView
from portal.views.ex_officio import ExOfficioView
from portal.views.exemptions import ExemptionView
from portal.views.form_looks import FormView
from portal.views.household_pension import HouseholdPensionView
from portal.views.household_premium import HouseholdPremiumView
from portal.views.households import HouseholdView
from portal.views.inbox import InboxView
from portal.views.incoming import IncomingView
from portal.views.intake import IntakeView
from portal.views.jobs import CalendarView, JobView
from portal.views.language import LanguageView
from portal.views.letter_texts import LetterTextView
from portal.views.lookup import LookupView
from portal.views.masters import MASTER_VIEWS, MasterIndexView
from portal.views.media import MediumView
from portal.views.merges import MergeView
from portal.views.network import NetworkView
from portal.views.notices import NoticeView
from portal.views.number_page import NumberView
from portal.views.open_cases import OpenCaseView
from portal.views.operation_cases import OperationCaseView
from portal.views.operation_incidents import OperationIncidentView
from portal.views.operation_map import OperationMapView
from portal.views.operation_moves import OperationMoveView
from portal.views.operation_one_case import OperationOneCaseView
from portal.views.operation_runs import OperationRunView
from portal.views.own_page import ProfileView
from portal.views.papers import CasePaperView
from portal.views.parameters import ParameterView
from portal.views.pensions import PensionView
from portal.views.persons import PersonView
from portal.views.premium_notices import PremiumNoticeView
from portal.views.premium_receipts import PremiumReceiptView
from portal.views.premium_trial import PremiumTrialView
from portal.views.print_queue import PrintQueueView
from portal.views.printer import PrinterView
from portal.views.protection import ProtectionView
from portal.views.renewals import RenewalView
from portal.views.reviews import ReviewView
from portal.views.right_requests import RightRequestView
from portal.views.rights_review import RightsReviewView
from portal.views.saved_filters import SavedFilterView
from portal.views.shares import ShareView
from portal.views.staff import PostingView, RoleView, StaffView
from portal.views.studio import StudioView
from portal.views.studio_drawing import StudioDrawingView
from portal.views.studio_forms import StudioFormView
from portal.views.studio_lookup import StudioLookupView
from portal.views.studio_plans import PlanView
from portal.views.studio_replays import ReplayView
from portal.views.studio_tables import StudioTableView
from portal.views.studio_tests import KeptTestView
from portal.views.studio_tryout import TryOutView
from portal.views.transfers import TransferView
from portal.views.watch_rules import WatchRuleView
from portal.views.watching import WatchView
from portal.views.what_if import WhatIfView

if TYPE_CHECKING:
    from flask_appbuilder.baseviews import BaseView

VIEWS: tuple[type[BaseView], ...] = (
    LanguageView,
    LockView,
    ProofView,
    EnrolmentView,
    IntakeView,
    CaseView,
    CaseEntryView,
    OpenCaseView,
    FormView,
    DelegationView,
    NumberView,
    AttachmentView,
    InboxView,
    IncomingView,
    BulkView,
    BoardView,
    AbsenceView,
    AbsentTasksView,
    NoticeView,
    SavedFilterView,
    PersonView,
    NetworkView,
    HouseholdView,
    PrintQueueView,
    PrinterView,
    CertificateView,
    RenewalView,
    CasePaperView,
    DailyView,
    PremiumTrialView,
    AssessmentView,
    HouseholdPremiumView,
    ExemptionView,
    PremiumNoticeView,
    CircumstanceView,
    ShareView,
    PensionView,
    HouseholdPensionView,
    WatchView,
    WatchRuleView,
    PremiumReceiptView,
    ParameterView,
    WhatIfView,
    DataUseView,
    TransferView,
    DictionaryView,
    LookupView,
    ExOfficioView,
    ConfirmationView,
    ContractView,
    WorkerView,
    ProtectionView,
    MediumView,
    MergeView,
    DefinitionView,
    StudioView,
    LetterTextView,
    StudioDrawingView,
    TryOutView,
    StudioFormView,
    StudioLookupView,
    StudioTableView,
    KeptTestView,
    PlanView,
    ReplayView,
    JobView,
    CalendarView,
    OperationCaseView,
    OperationIncidentView,
    OperationMapView,
    OperationMoveView,
    OperationOneCaseView,
    OperationRunView,
    AuditView,
    ReviewView,
    ProfileView,
    MasterIndexView,
    *MASTER_VIEWS,
    StaffView,
    AccountSecurityView,
    PostingView,
    RoleView,
    RightRequestView,
    RightsReviewView,
    EmergencyView,
    ProcedureApi,
    CaseApi,
    TaskApi,
    DescriptionApi,
)

case_about.register_about(ceilings.SLUG, ceilings.about_application)
