"""keep what the virus scanner said of an attachment; those that are there were not looked at

Revision: 0018
Before it: 0017
"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('attachment', sa.Column('scan', sa.String(length=12), nullable=False, server_default='unscanned'))
    op.add_column('attachment', sa.Column('infection', sa.String(length=200), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('attachment', 'infection')
    op.drop_column('attachment', 'scan')
