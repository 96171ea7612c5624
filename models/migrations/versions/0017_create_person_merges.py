"""create merges of persons

Revision: 0017
Before it: 0016
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    staff = ('asked_by_id', 'decided_by_id', 'undo_asked_by_id', 'undone_by_id')
    op.create_table('person_merge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('gone_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_reason', sa.String(length=400), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('undo_reason', sa.String(length=400), nullable=True),
    sa.Column('undo_asked_at', UtcDateTime(), nullable=True),
    sa.Column('undo_asked_by_id', sa.Integer(), nullable=True),
    sa.Column('undo_decided_reason', sa.String(length=400), nullable=True),
    sa.Column('undone_at', UtcDateTime(), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('moved', sa.JSON(), nullable=False),
    sa.Column('copied', sa.JSON(), nullable=False),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.CheckConstraint('kept_id <> gone_id', name=op.f('ck_person_merge_two_persons')),
    sa.ForeignKeyConstraint(['gone_id'], ['person.id'], name=op.f('fk_person_merge_gone_id_person')),
    sa.ForeignKeyConstraint(['kept_id'], ['person.id'], name=op.f('fk_person_merge_kept_id_person')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_person_merge_office_id_office')),
    *(sa.ForeignKeyConstraint([name], ['ab_user.id'], name=op.f(f'fk_person_merge_{name}_ab_user')) for name in staff),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge'))
    )
    op.create_index(op.f('ix_person_merge_kept_id'), 'person_merge', ['kept_id'])
    op.create_index(op.f('ix_person_merge_gone_id'), 'person_merge', ['gone_id'])
    op.create_index('ix_person_merge_state', 'person_merge', ['state', 'office_id'])


def downgrade() -> None:
    op.drop_table('person_merge')
