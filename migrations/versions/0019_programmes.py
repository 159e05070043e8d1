"""Programmes, under whose name events of several tasks are held."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_programme_organization_id_organization"),
        sa.PrimaryKeyConstraint("id", name="pk_programme"),
        sa.UniqueConstraint("organization_id", "name", name="uq_programme_organization_id_name"),
    )
    op.create_table(
        "event_programme",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_programme_event_id_event"),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name="fk_event_programme_programme_id_programme"),
        sa.PrimaryKeyConstraint("event_id", "programme_id", name="pk_event_programme"),
    )
    op.create_index("ix_event_programme_programme_id", "event_programme", ["programme_id"], unique=False)


def downgrade() -> None:
    op.drop_table("event_programme")
    op.drop_table("programme")
