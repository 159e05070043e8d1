"""Indicators know what they count, per what, and how they are split; tasks what the sheet says."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WORDS = (("target_wording", sa.String(length=300)), ("lead_wording", sa.String(length=200)),
         ("supporting", sa.String(length=300)), ("in_charge", sa.String(length=120)),
         ("form_of_result", sa.String(length=300)), ("progress_note", sa.Text()), ("problems", sa.Text()))
THRESHOLDS = ("blue_from", "yellow_from", "return_day")


def upgrade() -> None:
    op.create_table(
        "allocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=6), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount >= 0", name="ck_allocation_amount"),
        sa.ForeignKeyConstraint(["indicator_id"], ["indicator.id"], name="fk_allocation_indicator_id_indicator"),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_allocation_region_code_region"),
        sa.PrimaryKeyConstraint("id", name="pk_allocation"),
        sa.UniqueConstraint("indicator_id", "region_code", name="uq_allocation_indicator_id_region_code"),
    )
    op.create_index("ix_allocation_indicator_id", "allocation", ["indicator_id"], unique=False)
    with op.batch_alter_table("indicator") as batch:
        batch.add_column(sa.Column("name", sa.String(length=80), nullable=False, server_default=""))
        batch.add_column(sa.Column("counting", sa.String(length=12), nullable=False, server_default="things"))
        batch.add_column(sa.Column("per", sa.String(length=8), nullable=False, server_default="total"))
        batch.add_column(sa.Column("period", sa.String(length=12), nullable=False, server_default="year"))
        batch.add_column(sa.Column("register_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("quarters", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("source_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("entered_result", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("entered_source", sa.String(length=200), nullable=False, server_default=""))
        batch.create_foreign_key("fk_indicator_source_id_indicator", "indicator", ["source_id"], ["id"],
                                 ondelete="SET NULL")
        batch.create_foreign_key("fk_indicator_register_id_register", "register", ["register_id"], ["id"])
    # 人 were counted as people from the beginning; the column only says so now.
    op.execute("UPDATE indicator SET counting = 'people' WHERE unit = '人'")
    op.add_column("plan", sa.Column("shows_lights", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, kind in WORDS:
        op.add_column("task", sa.Column(name, kind, nullable=False, server_default=""))
    op.add_column("task", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    for name in THRESHOLDS:
        op.add_column("office_settings", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("office_settings") as batch:
        for name in THRESHOLDS:
            batch.drop_column(name)
    with op.batch_alter_table("task") as batch:
        batch.drop_column("withdrawn_at")
        for name, _ in WORDS:
            batch.drop_column(name)
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("shows_lights")
    with op.batch_alter_table("indicator") as batch:
        batch.drop_constraint("fk_indicator_register_id_register", type_="foreignkey")
        batch.drop_constraint("fk_indicator_source_id_indicator", type_="foreignkey")
        for name in ("entered_source", "entered_result", "source_id", "quarters", "register_id", "period", "per",
                     "counting", "name"):
            batch.drop_column(name)
    op.drop_table("allocation")
