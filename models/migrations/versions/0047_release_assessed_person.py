"""release assessed person

Revision: 0047
Before it: 0046
"""

from alembic import op


revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

KEYS = ['run_id', 'household_id']


def upgrade() -> None:
    """Rows stay; a step puts persons down with their household, and nothing asks for it once more."""

    with op.batch_alter_table('assessed_person', schema=None) as batch_op:
        batch_op.drop_constraint('fk_assessed_person_assessment', type_='foreignkey')


def downgrade() -> None:
    """Refused where a person has no assessment."""

    with op.batch_alter_table('assessed_person', schema=None) as batch_op:
        batch_op.create_foreign_key('fk_assessed_person_assessment', 'assessment', KEYS, KEYS)
