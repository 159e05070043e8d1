"""Every step of an entry of a register has its day; what is taken away leaves an empty row for the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("register_entry", sa.Column("reviewed_on", sa.Date(), nullable=True))
    op.add_column("register_entry", sa.Column("announced_on", sa.Date(), nullable=True))
    op.add_column("register_entry", sa.Column("withdrawn_reason", sa.String(length=300), nullable=False,
                                              server_default=""))
    op.add_column("register_entry", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("deleted_at", "withdrawn_reason", "announced_on", "reviewed_on"):
        op.drop_column("register_entry", name)
