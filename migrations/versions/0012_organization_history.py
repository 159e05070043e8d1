"""What organizations were called and under whom; closed and merged ones."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organization_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("parent_name", sa.String(length=120), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"],
                                name="fk_organization_period_organization_id_organization"),
        sa.ForeignKeyConstraint(["parent_id"], ["organization.id"],
                                name="fk_organization_period_parent_id_organization"),
        sa.PrimaryKeyConstraint("id", name="pk_organization_period"),
    )
    op.create_index("ix_organization_period_organization_id", "organization_period", ["organization_id"])
    op.add_column("organization", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organization", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("organization") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_organization_merged_into_id_organization", "organization",
                                 ["merged_into_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("organization") as batch:
        batch.drop_constraint("fk_organization_merged_into_id_organization", type_="foreignkey")
        batch.drop_column("merged_into_id")
        batch.drop_column("closed_at")
        batch.drop_column("since")
    op.drop_table("organization_period")
