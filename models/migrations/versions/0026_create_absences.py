"""keep who is away, who stands in, and what people are told

Revision: 0026
Before it: 0025
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=False),
    sa.Column('deputy_id', sa.Integer(), nullable=True),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('set_at', UtcDateTime(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.Column('called_off_at', UtcDateTime(), nullable=True),
    sa.Column('called_off_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('deputy_id IS NULL OR deputy_id <> user_id', name=op.f('ck_absence_another_stands_in')),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_absence_days_in_order')),
    sa.ForeignKeyConstraint(['called_off_by_id'], ['ab_user.id'], name=op.f('fk_absence_called_off_by_id_ab_user')),
    sa.ForeignKeyConstraint(['deputy_id'], ['ab_user.id'], name=op.f('fk_absence_deputy_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_absence_office_id_office')),
    sa.ForeignKeyConstraint(['set_by_id'], ['ab_user.id'], name=op.f('fk_absence_set_by_id_ab_user')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_absence_user_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.create_index('ix_absence_in_force', ['office_id', 'until_on'], unique=False, sqlite_where=sa.text('called_off_at IS NULL'), postgresql_where=sa.text('called_off_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_absence_user_id'), ['user_id'], unique=False)

    op.create_table('stand_in',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('absence_id', sa.Integer(), nullable=False),
    sa.Column('deputy_id', sa.Integer(), nullable=False),
    sa.Column('principal_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['absence_id'], ['absence.id'], name=op.f('fk_stand_in_absence_id_absence')),
    sa.ForeignKeyConstraint(['deputy_id'], ['ab_user.id'], name=op.f('fk_stand_in_deputy_id_ab_user')),
    sa.ForeignKeyConstraint(['principal_id'], ['ab_user.id'], name=op.f('fk_stand_in_principal_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stand_in'))
    )
    with op.batch_alter_table('stand_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stand_in_absence_id'), ['absence_id'], unique=False)
        batch_op.create_index('ix_stand_in_deputy', ['deputy_id', 'until_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_stand_in_principal_id'), ['principal_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('work_item_id', sa.Integer(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('read_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['ab_user.id'], name=op.f('fk_notice_by_id_ab_user')),
    sa.ForeignKeyConstraint(['case_id'], ['workflow_case.id'], name=op.f('fk_notice_case_id_workflow_case')),
    sa.ForeignKeyConstraint(['user_id'], ['ab_user.id'], name=op.f('fk_notice_user_id_ab_user')),
    sa.ForeignKeyConstraint(['work_item_id'], ['work_item.id'], name=op.f('fk_notice_work_item_id_work_item')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_notice_user_id_key'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_notice_unread', ['user_id'], unique=False, sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_notice_work_item_id'), ['work_item_id'], unique=False)

    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('for_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_case_event_for_id_ab_user'), 'ab_user', ['for_id'], ['id'])



def downgrade() -> None:
    """Absences, deputies and notices go; the journal no longer tells in whose place a deputy did a task."""
    with op.batch_alter_table('case_event', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_case_event_for_id_ab_user'), type_='foreignkey')
        batch_op.drop_column('for_id')

    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_notice_work_item_id'))
        batch_op.drop_index('ix_notice_unread', sqlite_where=sa.text('read_at IS NULL'), postgresql_where=sa.text('read_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_notice_case_id'))

    op.drop_table('notice')
    with op.batch_alter_table('stand_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stand_in_principal_id'))
        batch_op.drop_index('ix_stand_in_deputy')
        batch_op.drop_index(batch_op.f('ix_stand_in_absence_id'))

    op.drop_table('stand_in')
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absence_user_id'))
        batch_op.drop_index('ix_absence_in_force', sqlite_where=sa.text('called_off_at IS NULL'), postgresql_where=sa.text('called_off_at IS NULL'))

    op.drop_table('absence')
