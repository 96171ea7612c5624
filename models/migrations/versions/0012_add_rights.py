"""keep requests of rights, emergency rights and confirmations

Revision: 0012
Before it: 0011
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('right_confirmation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('staff_number', sa.String(length=32), nullable=False),
    sa.Column('roles', sa.JSON(), nullable=False),
    sa.Column('verdict', sa.String(length=12), nullable=False),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_number', sa.String(length=32), nullable=False),
    sa.CheckConstraint('by_number <> staff_number', name=op.f('ck_right_confirmation_another_confirms')),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_right_confirmation_by_id_ab_user')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_right_confirmation_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_right_confirmation'))
    )
    with op.batch_alter_table('right_confirmation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_right_confirmation_user_id'), ['user_id'], unique=False)

    op.create_table('right_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('target', sa.String(length=80), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('concerned_number', sa.String(length=32), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_number', sa.String(length=32), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_by_number', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint('decided_by_number IS NULL OR (decided_by_number <> asked_by_number AND decided_by_number <> concerned_number)', name=op.f('ck_right_request_two_persons')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_right_request_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_right_request_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_right_request_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_right_request'))
    )
    with op.batch_alter_table('right_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_right_request_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_right_request_open', ['target'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('role_change',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=64), nullable=False),
    sa.Column('slug', sa.String(length=64), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['right_request.id'], name=op.f('fk_role_change_request_id_right_request')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_change')),
    sa.UniqueConstraint('role', 'slug', name=op.f('uq_role_change_role_slug'))
    )
    op.create_table('emergency_right',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('staff_number', sa.String(length=32), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('role', sa.String(length=64), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('case_office_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('taken_at', UtcDateTime(), nullable=False),
    sa.Column('until', UtcDateTime(), nullable=False),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('reviewed_at', UtcDateTime(), nullable=True),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
    sa.Column('reviewed_by_number', sa.String(length=32), nullable=True),
    sa.Column('verdict', sa.String(length=12), nullable=False),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.CheckConstraint('reviewed_by_number IS NULL OR reviewed_by_number <> staff_number', name=op.f('ck_emergency_right_another_reviews')),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_emergency_right_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['case_office_id'], ['office.id'], name=op.f('fk_emergency_right_case_office_id_office')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['ab_user.id'], name=op.f('fk_emergency_right_ended_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_emergency_right_office_id_office')),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['ab_user.id'], name=op.f('fk_emergency_right_reviewed_by_id_ab_user')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_emergency_right_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_emergency_right'))
    )
    with op.batch_alter_table('emergency_right', schema=None) as batch_op:
        batch_op.create_index('ix_emergency_right_unreviewed', ['taken_at'], unique=False, sqlite_where=sa.text('reviewed_at IS NULL'), postgresql_where=sa.text('reviewed_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_emergency_right_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_emergency_right_in_force', ['user_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))



def downgrade() -> None:
    with op.batch_alter_table('emergency_right', schema=None) as batch_op:
        batch_op.drop_index('uq_emergency_right_in_force', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_emergency_right_user_id'))
        batch_op.drop_index('ix_emergency_right_unreviewed', sqlite_where=sa.text('reviewed_at IS NULL'), postgresql_where=sa.text('reviewed_at IS NULL'))

    op.drop_table('emergency_right')
    op.drop_table('role_change')
    with op.batch_alter_table('right_request', schema=None) as batch_op:
        batch_op.drop_index('uq_right_request_open', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index(batch_op.f('ix_right_request_user_id'))

    op.drop_table('right_request')
    with op.batch_alter_table('right_confirmation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_right_confirmation_user_id'))

    op.drop_table('right_confirmation')
