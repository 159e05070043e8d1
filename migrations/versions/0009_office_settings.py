"""Settings of an office, inherited down the tree."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_settings",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=True),
        sa.Column("icp_number", sa.String(length=60), nullable=True),
        sa.Column("security_number", sa.String(length=60), nullable=True),
        sa.Column("site_code", sa.String(length=60), nullable=True),
        sa.Column("tolerance", sa.Integer(), nullable=True),
        sa.Column("participants_kept_days", sa.Integer(), nullable=True),
        sa.Column("reminder_leads", sa.JSON(), nullable=True),
        sa.Column("mail_per_minute", sa.Integer(), nullable=True),
        sa.Column("mail_per_day", sa.Integer(), nullable=True),
        sa.Column("idle_minutes", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name="fk_office_settings_organization_id_organization"
        ),
        sa.PrimaryKeyConstraint("organization_id", name="pk_office_settings"),
    )


def downgrade() -> None:
    op.drop_table("office_settings")
