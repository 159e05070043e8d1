"""Sealed snapshots with their amendments, and report templates of an office."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_snapshot_organization_id_organization"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_snapshot_plan_id_plan"),
        sa.ForeignKeyConstraint(["sealed_by_id"], ["person.id"], name="fk_snapshot_sealed_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
    )
    op.create_index("ix_snapshot_period", "snapshot", ["organization_id", "starts_on", "ends_on"], unique=False)
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_amendment_made_by_id_person"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_amendment_snapshot_id_snapshot"),
        sa.PrimaryKeyConstraint("id", name="pk_amendment"),
    )
    op.create_index("ix_amendment_snapshot_id", "amendment", ["snapshot_id"], unique=False)
    op.create_table(
        "report_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_report_template_file_id_stored_file"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_report_template_organization_id_organization"),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name="fk_report_template_set_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_report_template"),
        sa.UniqueConstraint("organization_id", "kind", name="uq_report_template_organization_id_kind"),
    )


def downgrade() -> None:
    op.drop_table("report_template")
    op.drop_table("amendment")
    op.drop_table("snapshot")
