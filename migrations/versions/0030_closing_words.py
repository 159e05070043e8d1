"""Closing words of the letters to participants, a setting of an office."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("office_settings") as table:
        table.add_column(sa.Column("closing", sa.String(length=300), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("office_settings") as table:
        table.drop_column("closing")
