"""create drafts of definitions; keep who drew a version and why it was put in force

Revision: 0020
Before it: 0019
"""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('definition_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('based_on', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('lock_version', sa.Integer(), nullable=False),
    sa.Column('saved_at', UtcDateTime(), nullable=False),
    sa.Column('findings', sa.JSON(none_as_null=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['ab_user.id'], name=op.f('fk_definition_draft_author_id_ab_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_definition_draft')),
    sa.UniqueConstraint('slug', 'author_id', name=op.f('uq_definition_draft_slug_author_id'))
    )
    op.create_index(op.f('ix_definition_draft_author_id'), 'definition_draft', ['author_id'])
    with op.batch_alter_table('definition', schema=None) as batch_op:
        batch_op.add_column(sa.Column('author_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('reason', sa.String(length=400), nullable=True))
        batch_op.create_foreign_key(op.f('fk_definition_author_id_ab_user'), 'ab_user', ['author_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('definition', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_definition_author_id_ab_user'), type_='foreignkey')
        batch_op.drop_column('reason')
        batch_op.drop_column('author_id')
    op.drop_table('definition_draft')
