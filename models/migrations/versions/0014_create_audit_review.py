"""keep the monthly review of the audit record, and find its events by staff, terminal and office

Revision: 0014
Before it: 0013
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('staff_number', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('from_at', UtcDateTime(), nullable=False),
    sa.Column('until_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_mark')),
    sa.UniqueConstraint('kind', 'subject', 'staff_number', 'reason', 'from_at', name=op.f('uq_audit_mark_kind_subject_staff_number_reason_from_at'))
    )
    with op.batch_alter_table('audit_mark', schema=None) as batch_op:
        batch_op.create_index('ix_audit_mark_subject', ['kind', 'subject', 'staff_number'], unique=False)

    op.create_table('audit_review',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('events', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('last_id', sa.Integer(), nullable=False),
    sa.Column('seed', sa.String(length=32), nullable=False),
    sa.Column('settings', sa.JSON(), nullable=False),
    sa.Column('judge_by', sa.Date(), nullable=False),
    sa.Column('concluded_at', UtcDateTime(), nullable=True),
    sa.Column('concluded_by_id', sa.Integer(), nullable=True),
    sa.Column('summary', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_audit_review_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['concluded_by_id'], ['ab_user.id'], name=op.f('fk_audit_review_concluded_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_review')),
    sa.UniqueConstraint('case_id', name=op.f('uq_audit_review_case_id')),
    sa.UniqueConstraint('month', name=op.f('uq_audit_review_month'))
    )
    op.create_table('audit_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('review_id', sa.Integer(), nullable=False),
    sa.Column('rule', sa.String(length=40), nullable=False),
    sa.Column('staff_number', sa.String(length=32), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('first_event_id', sa.Integer(), nullable=False),
    sa.Column('last_event_id', sa.Integer(), nullable=False),
    sa.Column('first_at', UtcDateTime(), nullable=False),
    sa.Column('last_at', UtcDateTime(), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('judged_at', UtcDateTime(), nullable=True),
    sa.Column('judged_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("verdict IN ('', 'in_order', 'to_ask', 'breach')", name=op.f('ck_audit_finding_verdict')),
    sa.ForeignKeyConstraint(['judged_by_id'], ['ab_user.id'], name=op.f('fk_audit_finding_judged_by_id_ab_user')),
    sa.ForeignKeyConstraint(['review_id'], ['audit_review.id'], name=op.f('fk_audit_finding_review_id_audit_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_finding'))
    )
    with op.batch_alter_table('audit_finding', schema=None) as batch_op:
        batch_op.create_index('ix_audit_finding_review', ['review_id', 'rule', 'id'], unique=False)

    op.create_table('audit_follow_up',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('finding_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=400), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('made_at', UtcDateTime(), nullable=False),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('done_at', UtcDateTime(), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('done_words', sa.String(length=1000), nullable=False),
    sa.Column('escalated_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['done_by_id'], ['ab_user.id'], name=op.f('fk_audit_follow_up_done_by_id_ab_user')),
    sa.ForeignKeyConstraint(['finding_id'], ['audit_finding.id'], name=op.f('fk_audit_follow_up_finding_id_audit_finding')),
    sa.ForeignKeyConstraint(['made_by_id'], ['ab_user.id'], name=op.f('fk_audit_follow_up_made_by_id_ab_user')),
    sa.ForeignKeyConstraint(['owner_id'], ['ab_user.id'], name=op.f('fk_audit_follow_up_owner_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_follow_up'))
    )
    with op.batch_alter_table('audit_follow_up', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_follow_up_finding_id'), ['finding_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_follow_up_owner_id'), ['owner_id'], unique=False)

    op.create_index('ix_audit_event_office', 'audit_event', ['office_id', 'id'], unique=False)
    op.create_index('ix_audit_event_refused', 'audit_event', ['result', 'id'], unique=False, sqlite_where=sa.text("result <> 'done'"), postgresql_where=sa.text("result <> 'done'"))
    op.create_index('ix_audit_event_staff', 'audit_event', ['staff_number', 'id'], unique=False)
    op.create_index('ix_audit_event_terminal', 'audit_event', ['terminal', 'id'], unique=False)


def downgrade() -> None:
    """Reviews go with their tables; the events that they judged stay."""
    op.drop_index('ix_audit_event_terminal', table_name='audit_event')
    op.drop_index('ix_audit_event_staff', table_name='audit_event')
    op.drop_index('ix_audit_event_refused', table_name='audit_event', sqlite_where=sa.text("result <> 'done'"), postgresql_where=sa.text("result <> 'done'"))
    op.drop_index('ix_audit_event_office', table_name='audit_event')

    with op.batch_alter_table('audit_follow_up', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_follow_up_owner_id'))
        batch_op.drop_index(batch_op.f('ix_audit_follow_up_finding_id'))

    op.drop_table('audit_follow_up')
    with op.batch_alter_table('audit_finding', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_finding_review')

    op.drop_table('audit_finding')
    op.drop_table('audit_review')
    with op.batch_alter_table('audit_mark', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_mark_subject')

    op.drop_table('audit_mark')
