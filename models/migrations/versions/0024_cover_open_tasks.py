"""let the inbox count, narrow and search open tasks by their index alone

Revision: 0024
Before it: 0023
"""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")
OF_OPEN = ['office_id', 'role', 'due_on', 'id']
BEFORE = ['assignee_id', 'follow_up_on']
COVERED = [
    'assignee_id', 'follow_up_on', 'procedure', 'element_id', 'postal_code', 'received_on', 'household_number',
    'notification_number', 'title_ja', 'title_en', 'subject_key',
]


def upgrade() -> None:
    replace(COVERED)


def downgrade() -> None:
    """The narrower index comes back; no row is touched."""
    replace(BEFORE)


def replace(included: list[str]) -> None:
    op.drop_index('ix_work_item_open', table_name='work_item', sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        'ix_work_item_open', 'work_item', OF_OPEN, unique=False, sqlite_where=OPEN, postgresql_where=OPEN,
        postgresql_include=included,
    )
