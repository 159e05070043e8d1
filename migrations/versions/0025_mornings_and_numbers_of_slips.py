"""The mornings on which returns and supervision were looked after, and the numbers that slips bear."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reports_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_reports_day"),
    )
    with op.batch_alter_table("supervision_slip") as table:
        table.add_column(sa.Column("year", sa.Integer(), nullable=True))
        table.add_column(sa.Column("number", sa.Integer(), nullable=True))
        table.create_unique_constraint("uq_supervision_slip_sender_id_year_number", ["sender_id", "year", "number"])


def downgrade() -> None:
    with op.batch_alter_table("supervision_slip") as table:
        table.drop_constraint("uq_supervision_slip_sender_id_year_number", type_="unique")
        table.drop_column("number")
        table.drop_column("year")
    op.drop_table("reports_day")
