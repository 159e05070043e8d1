"""Registers with their entries and files, and the schools and firms at which an event was held."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("can_host", sa.Boolean(), nullable=False),
        sa.Column("is_personal", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_register_organization_id_organization"),
        sa.PrimaryKeyConstraint("id", name="pk_register"),
        sa.UniqueConstraint("organization_id", "name", name="uq_register_organization_id_name"),
    )
    op.create_table(
        "register_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("level", sa.String(length=40), nullable=False),
        sa.Column("standing", sa.String(length=12), nullable=False),
        sa.Column("approval_number", sa.String(length=80), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("plaque_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_register_entry_organization_id_organization"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_register_entry_region_code_region"),
        sa.ForeignKeyConstraint(["register_id"], ["register.id"], name="fk_register_entry_register_id_register"),
        sa.PrimaryKeyConstraint("id", name="pk_register_entry"),
        sa.UniqueConstraint("register_id", "name", "region_code",
                            name="uq_register_entry_register_id_name_region_code"),
    )
    op.create_index("ix_register_entry_counted", "register_entry", ["register_id", "approved_on"], unique=False)
    op.create_index("ix_register_entry_organization_id", "register_entry", ["organization_id"], unique=False)
    op.create_index("ix_register_entry_region_code", "register_entry", ["region_code"], unique=False)
    op.create_table(
        "register_file",
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name="fk_register_file_entry_id_register_entry"),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_register_file_file_id_stored_file"),
        sa.PrimaryKeyConstraint("file_id", name="pk_register_file"),
    )
    op.create_index("ix_register_file_entry_id", "register_file", ["entry_id"], unique=False)
    op.create_table(
        "event_host",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name="fk_event_host_entry_id_register_entry"),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_host_event_id_event"),
        sa.PrimaryKeyConstraint("event_id", "entry_id", name="pk_event_host"),
    )
    op.create_index("ix_event_host_entry_id", "event_host", ["entry_id"], unique=False)


def downgrade() -> None:
    op.drop_table("event_host")
    op.drop_table("register_file")
    op.drop_table("register_entry")
    op.drop_table("register")
