"""keep what decision tables read and which rules matched

Revision: 0006
Before it: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_evaluation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("element_id", sa.String(60), nullable=False),
        sa.Column("decision_id", sa.String(100), nullable=False),
        sa.Column("decision_name", sa.String(200), nullable=False),
        sa.Column("definition_hash", sa.String(64), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["workflow_case.id"], name=op.f("fk_decision_evaluation_case_id_workflow_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_evaluation")),
    )
    op.create_index("ix_decision_evaluation_case", "decision_evaluation", ["case_id", "id"])


def downgrade() -> None:
    """What was kept of decisions goes with its table; no case needs it to go on."""
    op.drop_table("decision_evaluation")
