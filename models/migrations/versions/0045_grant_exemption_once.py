"""grant exemption once

Revision: 0045
Before it: 0044
"""

import sqlalchemy as sa
from alembic import op


revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

HOUSEHOLD = ['household_id', 'fiscal_year', 'ground']
OF_HOUSEHOLD = sa.text("state = 'granted' AND person_id IS NULL")
OF_PERSON = sa.text("state = 'granted' AND person_id IS NOT NULL")


def upgrade() -> None:
    """Refused where one is granted twice already: take the second one back first."""

    with op.batch_alter_table('premium_exemption', schema=None) as batch_op:
        batch_op.create_index('uq_premium_exemption_of_household', HOUSEHOLD, unique=True, sqlite_where=OF_HOUSEHOLD, postgresql_where=OF_HOUSEHOLD)
        batch_op.create_index('uq_premium_exemption_of_person', [*HOUSEHOLD, 'person_id'], unique=True, sqlite_where=OF_PERSON, postgresql_where=OF_PERSON)


def downgrade() -> None:
    """What is granted stays; nothing keeps it from being granted again."""

    with op.batch_alter_table('premium_exemption', schema=None) as batch_op:
        batch_op.drop_index('uq_premium_exemption_of_person')
        batch_op.drop_index('uq_premium_exemption_of_household')
