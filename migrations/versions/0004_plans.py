"""Plans: category, task, indicator."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("source_year", sa.Integer(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_plan_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_plan"),
        sa.UniqueConstraint("organization_id", "year", name="uq_plan_organization_id_year"),
    )
    op.create_index("ix_plan_year", "plan", ["year"], unique=False)

    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(length=1), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_category_plan_id_plan"),
        sa.PrimaryKeyConstraint("id", name="pk_category"),
        sa.UniqueConstraint("plan_id", "code", name="uq_category_plan_id_code"),
    )
    op.create_index("ix_category_sector", "category", ["sector"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("official_wording", sa.Text(), nullable=False),
        sa.Column("wording_year", sa.Integer(), nullable=False),
        sa.Column("programmes", sa.JSON(), nullable=False),
        sa.Column("delivered_by", sa.String(length=16), nullable=False),
        sa.Column("event_kind", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=200), nullable=False),
        sa.Column("lead_organization_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name="fk_task_category_id_category"),
        sa.ForeignKeyConstraint(
            ["lead_organization_id"], ["organization.id"], name="fk_task_lead_organization_id_organization"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_task_plan_id_plan"),
        sa.PrimaryKeyConstraint("id", name="pk_task"),
        sa.UniqueConstraint("plan_id", "code", name="uq_task_plan_id_code"),
    )
    op.create_index("ix_task_category_id", "task", ["category_id"], unique=False)
    op.create_index("ix_task_plan_id", "task", ["plan_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("wording", sa.String(length=120), nullable=False),
        sa.Column("comparison", sa.String(length=16), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name="fk_indicator_task_id_task"),
        sa.PrimaryKeyConstraint("id", name="pk_indicator"),
    )
    op.create_index("ix_indicator_task_id", "indicator", ["task_id"], unique=False)


def downgrade() -> None:
    op.drop_table("indicator")
    op.drop_table("task")
    op.drop_table("category")
    op.drop_table("plan")
