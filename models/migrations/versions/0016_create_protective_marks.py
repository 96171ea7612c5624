"""create protective marks and releases

Revision: 0016
Before it: 0015
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('protective_mark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('ground', sa.String(length=400), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('set_at', UtcDateTime(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=True),
    sa.Column('lift_reason', sa.String(length=400), nullable=True),
    sa.Column('lift_asked_at', UtcDateTime(), nullable=True),
    sa.Column('lift_asked_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_reason', sa.String(length=400), nullable=True),
    sa.Column('lifted_at', UtcDateTime(), nullable=True),
    sa.Column('lifted_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['lift_asked_by_id'], ['ab_user.id'], name=op.f('fk_protective_mark_lift_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['lifted_by_id'], ['ab_user.id'], name=op.f('fk_protective_mark_lifted_by_id_ab_user')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_protective_mark_person_id_person')),
    sa.ForeignKeyConstraint(['set_by_id'], ['ab_user.id'], name=op.f('fk_protective_mark_set_by_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_protective_mark'))
    )
    op.create_index(op.f('ix_protective_mark_person_id'), 'protective_mark', ['person_id'])
    op.create_table('place_release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.String(length=12), nullable=False),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('office_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', UtcDateTime(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('decided_reason', sa.String(length=400), nullable=True),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('ended_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['ab_user.id'], name=op.f('fk_place_release_asked_by_id_ab_user')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['ab_user.id'], name=op.f('fk_place_release_decided_by_id_ab_user')),
    sa.ForeignKeyConstraint(['office_id'], ['office.id'], name=op.f('fk_place_release_office_id_office')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_place_release_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_place_release'))
    )
    op.create_index(op.f('ix_place_release_person_id'), 'place_release', ['person_id'])
    op.create_index('ix_place_release_reader', 'place_release', ['asked_by_id', 'person_id', 'state'])


def downgrade() -> None:
    op.drop_table('place_release')
    op.drop_table('protective_mark')
