"""What came of others' calendars, by UID and RECURRENCE-ID, so that it comes only once."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "foreign_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("recurrence", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_foreign_entry_organization_id_organization"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_foreign_entry_event_id_event",
                                ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_foreign_entry"),
        sa.UniqueConstraint("organization_id", "uid", "recurrence",
                            name="uq_foreign_entry_organization_id_uid_recurrence"),
    )
    op.create_index("ix_foreign_entry_event_id", "foreign_entry", ["event_id"])


def downgrade() -> None:
    op.drop_index("ix_foreign_entry_event_id", "foreign_entry")
    op.drop_table("foreign_entry")
