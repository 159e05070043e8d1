"""What a plan was before each import of its table."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name="fk_plan_revision_made_by_id_person"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name="fk_plan_revision_plan_id_plan"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name="fk_plan_revision_undone_by_id_person"),
        sa.PrimaryKeyConstraint("id", name="pk_plan_revision"),
    )
    op.create_index("ix_plan_revision_plan_id", "plan_revision", ["plan_id"], unique=False)


def downgrade() -> None:
    op.drop_table("plan_revision")
