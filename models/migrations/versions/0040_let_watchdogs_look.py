"""let watchdogs look

Revision: 0040
Before it: 0039
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('watch_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=60), nullable=False),
    sa.Column('article', sa.String(length=100), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('tried_count', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('entered_at', UtcDateTime(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_number', sa.String(length=32), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('decided_by_number IS NULL OR decided_by_number <> entered_by_number', name=op.f('ck_watch_rule_two_persons')),
    sa.CheckConstraint("state <> 'on' OR decided_by_number IS NOT NULL", name=op.f('ck_watch_rule_on_by_somebody')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_watch_rule_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['ab_user.id'], name=op.f('fk_watch_rule_ended_by_id_ab_user')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['ab_user.id'], name=op.f('fk_watch_rule_entered_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_rule'))
    )
    op.create_table('watch_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('watchdog', sa.String(length=40), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('opened', sa.Integer(), nullable=False),
    sa.Column('gone', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_watch_run_job_id_job')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_run'))
    )
    op.create_table('watch_finding',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('watchdog', sa.String(length=40), nullable=False),
    sa.Column('household_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('gone_run_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('taken_by_id', sa.Integer(), nullable=True),
    sa.Column('settled_at', UtcDateTime(), nullable=True),
    sa.Column('settled_by_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.ForeignKeyConstraint(['gone_run_id'], ['watch_run.id'], name=op.f('fk_watch_finding_gone_run_id_watch_run')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_watch_finding_household_id_household')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_watch_finding_person_id_person')),
    sa.ForeignKeyConstraint(['run_id'], ['watch_run.id'], name=op.f('fk_watch_finding_run_id_watch_run')),
    sa.ForeignKeyConstraint(['settled_by_id'], ['ab_user.id'], name=op.f('fk_watch_finding_settled_by_id_ab_user')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['ab_user.id'], name=op.f('fk_watch_finding_taken_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch_finding'))
    )
    with op.batch_alter_table('watch_run', schema=None) as batch_op:
        batch_op.create_index('ix_watch_run_watchdog', ['watchdog', 'id'], unique=False)
    with op.batch_alter_table('watch_finding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_watch_finding_household_id'), ['household_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_watch_finding_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_watch_finding_state', ['state', 'watchdog'], unique=False)
        batch_op.create_index('uq_watch_finding_present', ['watchdog', 'household_id', 'person_id'], unique=True, sqlite_where=sa.text('gone_run_id IS NULL'), postgresql_where=sa.text('gone_run_id IS NULL'))
    with op.batch_alter_table('premium_receipt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('household_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_premium_receipt_household_id'), ['household_id'], unique=False)
        batch_op.create_foreign_key(op.f('fk_premium_receipt_household_id_household'), 'household', ['household_id'], ['id'])


def downgrade() -> None:
    """What watchdogs found goes; receipts stay, tied to no household."""

    with op.batch_alter_table('premium_receipt', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_premium_receipt_household_id_household'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_premium_receipt_household_id'))
        batch_op.drop_column('household_id')
    op.drop_table('watch_finding')
    op.drop_table('watch_run')
    op.drop_table('watch_rule')
