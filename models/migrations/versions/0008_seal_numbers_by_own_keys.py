"""seal each Individual Number with a data key of its own

Revision: 0008
Before it: 0007

The digits pass through this process once; the keys go into the key store. Going back seals them with the keyring's
key again.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from models.crypto import cipher, envelope

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLACE = "individual_number"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # their rows are there already
NUMBERS = sa.table(
    PLACE,
    sa.column("id", sa.Integer),
    sa.column("reference", sa.String),
    sa.column("sealed", sa.LargeBinary),
    sa.column("key_id", sa.String),
)


def upgrade() -> None:
    def own(reference: str, sealed: bytes, key_id: str) -> tuple[bytes, str]:
        plain = cipher.unseal(cipher.keys(), sealed, key_id=key_id, context=f"{PLACE}:{reference}")
        return envelope.seal_all([(reference, plain)], table=PLACE, at=LONG_AGO)[0], envelope.OWN_KEY

    _seal_anew(own, NUMBERS.c.key_id != envelope.OWN_KEY)


def downgrade() -> None:
    def shared(reference: str, sealed: bytes, _key_id: str) -> tuple[bytes, str]:
        plain = envelope.open_one(reference, sealed, table=PLACE)
        envelope.destroy([reference])
        keys = cipher.keys()
        return cipher.seal(keys, plain, context=f"{PLACE}:{reference}"), keys.current_id

    _seal_anew(shared, NUMBERS.c.key_id == envelope.OWN_KEY)


def _seal_anew(seal: Callable[[str, bytes, str], tuple[bytes, str]], which: sa.ColumnElement[bool]) -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.select(NUMBERS).where(which, sa.func.length(NUMBERS.c.sealed) > 0)).all():
        sealed, key_id = seal(row.reference, bytes(row.sealed), row.key_id)
        connection.execute(
            sa.update(NUMBERS).where(NUMBERS.c.id == row.id).values(sealed=sealed, key_id=key_id)
        )
