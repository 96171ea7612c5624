"""keep since when a case waits for a timer

Revision: 0015
Before it: 0014
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('case_timer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('since', UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('case_timer', schema=None) as batch_op:
        batch_op.drop_column('since')
