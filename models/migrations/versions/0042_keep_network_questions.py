"""keep network questions

Revision: 0042
Before it: 0041
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('network_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_number', sa.String(length=32), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=True),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.Column('covers', sa.JSON(), nullable=False),
    sa.CheckConstraint("state IN ('asked', 'withdrawn') OR transfer_id IS NOT NULL", name=op.f('ck_network_question_sent_by_transfer')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_network_question_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_network_question_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['file_id'], ['incoming_file.id'], name=op.f('fk_network_question_file_id_incoming_file')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_network_question_person_id_person')),
    sa.ForeignKeyConstraint(['transfer_id'], ['data_transfer.id'], name=op.f('fk_network_question_transfer_id_data_transfer')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network_question'))
    )
    with op.batch_alter_table('network_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_network_question_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_network_question_open', ['person_id'], unique=True, sqlite_where=sa.text("state IN ('asked', 'sent')"), postgresql_where=sa.text("state IN ('asked', 'sent')"))


def downgrade() -> None:
    """The record of inquiries goes; what was sent and what came in stays."""

    op.drop_table('network_question')
