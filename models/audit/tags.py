"""The tags of audit events, `subject:action`; the list is the promise of what is recorded (M15)."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """What was done. The part before the colon is the subject, the part after it the deed."""

    LOGIN_PASSED = "login:passed"
    LOGIN_REFUSED = "login:refused"
    LOGOUT = "login:ended"
    ACCOUNT_CHANGED = "account:changed"
    ROLE_CHANGED = "role:changed"
    MASTER_CHANGED = "master:changed"
    DEFINITION_PUBLISHED = "definition:published"
    CASE_STARTED = "case:started"
    TASK_TAKEN = "task:taken"
    TASK_GIVEN_BACK = "task:given_back"
    TASK_COMPLETED = "task:completed"
    CASE_WITHDRAWN = "case:withdrawn"
    DRAFT_SAVED = "draft:saved"
    NOTIFICATION_ACTION = "notification:action"
    REGISTER_CHANGED = "register:changed"
    NUMBER_SEALED = "number:sealed"
    NUMBER_CONFIRMED = "number:confirmed"
    CERTIFICATE_EVENT = "certificate:event"
    PRINT_PREVIEWED = "print:previewed"
    PRINT_RUN = "print:run"
    PRINT_SPOILED = "print:spoiled"
    ATTACHMENT_ADDED = "attachment:added"
    ATTACHMENT_READ = "attachment:read"
    PERSON_SEARCHED = "person:searched"
    PERSON_READ = "person:read"
    HOUSEHOLD_READ = "household:read"
    RESIDENT_REGISTER_ASKED = "resident_register:asked"
    LIST_DECIDED = "ex_officio_list:decided"
    REQUEST_REFUSED = "request:refused"
