"""Milestones with their evidence, and figures of platforms elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reached_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"],
                                name="fk_milestone_indicator_id_indicator", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_milestone_organization_id_organization"),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_milestone_task_id_task"),
        sa.PrimaryKeyConstraint("id", name="pk_milestone"),
    )
    op.create_index("ix_milestone_due_on", "milestone", ["due_on"], unique=False)
    op.create_index("ix_milestone_organization_id", "milestone", ["organization_id"], unique=False)
    op.create_index("ix_milestone_task_id", "milestone", ["task_id"], unique=False)
    op.create_table(
        "milestone_file",
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name="fk_milestone_file_file_id_stored_file"),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name="fk_milestone_file_milestone_id_milestone"),
        sa.PrimaryKeyConstraint("file_id", name="pk_milestone_file"),
    )
    op.create_index("ix_milestone_file_milestone_id", "milestone_file", ["milestone_id"], unique=False)
    op.create_table(
        "outside_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("true_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("is_running_total", sa.Boolean(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name="ck_outside_figure_amount"),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name="fk_outside_figure_entered_by_id_person"),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name="fk_outside_figure_indicator_id_indicator"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_outside_figure_region_code_region"),
        sa.PrimaryKeyConstraint("id", name="pk_outside_figure"),
        sa.UniqueConstraint("indicator_id", "month", "region_code", "source",
                            name="uq_outside_figure_indicator_id_month_region_code_source"),
    )
    op.create_index("ix_outside_figure_indicator_id", "outside_figure", ["indicator_id"], unique=False)


def downgrade() -> None:
    op.drop_table("outside_figure")
    op.drop_table("milestone_file")
    op.drop_table("milestone")
