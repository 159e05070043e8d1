"""Days off and days worked that were entered, and school terms."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('off','work')", name="ck_calendar_day_kind"),
        sa.PrimaryKeyConstraint("region", "day", name="pk_calendar_day"),
    )
    op.create_table(
        "school_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= first", name="ck_school_term_days"),
        sa.CheckConstraint("kind IN ('term','exams','vacation')", name="ck_school_term_kind"),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name="fk_school_term_region_region"),
        sa.PrimaryKeyConstraint("id", name="pk_school_term"),
    )
    op.create_index("ix_school_term_region_last", "school_term", ["region", "last"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_school_term_region_last", table_name="school_term")
    op.drop_table("school_term")
    op.drop_table("calendar_day")
