"""let a task stand without a notification: the day of reception may be empty

Revision: 0003
Before it: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("work_item") as batch:
        batch.alter_column("received_on", existing_type=sa.Date(), nullable=True)


def downgrade() -> None:
    """Tasks without a day of reception get the day on which they began to wait."""
    op.execute("UPDATE work_item SET received_on = date(created_at) WHERE received_on IS NULL")
    with op.batch_alter_table("work_item") as batch:
        batch.alter_column("received_on", existing_type=sa.Date(), nullable=False)
