"""Letters by house of mailboxes, each with its own pace; letters are found by their Message-ID."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

HOUSES = {
    "qq": ("qq.com", "vip.qq.com", "foxmail.com"),
    "netease": ("163.com", "126.com", "yeah.net", "vip.163.com", "vip.126.com", "188.com"),
    "gmail": ("gmail.com", "googlemail.com"),
    "outlook": ("outlook.com", "outlook.cn", "hotmail.com", "live.com", "live.cn", "msn.com"),
}
PENDING = {"postgresql_where": sa.text("state = 'pending'"), "sqlite_where": sa.text("state = 'pending'")}
NAMED = {"postgresql_where": sa.text("message_id != ''"), "sqlite_where": sa.text("message_id != ''")}


def upgrade() -> None:
    op.create_table(
        "domain_pace",
        sa.Column("domain_group", sa.String(length=16), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("thousandths", sa.Integer(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("soft_in_row", sa.Integer(), nullable=False),
        sa.Column("good_in_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("domain_group", name="pk_domain_pace"),
    )
    op.drop_index("ix_delivery_due", "delivery")
    op.add_column("delivery", sa.Column("domain_group", sa.String(length=16), nullable=False, server_default="other"))
    letters = sa.table("delivery", sa.column("address", sa.String), sa.column("domain_group", sa.String))
    for house, domains in HOUSES.items():
        ours = sa.or_(*(sa.func.lower(letters.c.address).like(f"%@{domain}") for domain in domains))
        op.execute(letters.update().where(ours).values(domain_group=house))
    op.create_index("ix_delivery_due", "delivery", ["domain_group", "next_at", "id"], **PENDING)
    op.create_index("ix_delivery_message_id", "delivery", ["message_id"], **NAMED)


def downgrade() -> None:
    op.drop_index("ix_delivery_message_id", "delivery", **NAMED)
    op.drop_index("ix_delivery_due", "delivery", **PENDING)
    op.drop_column("delivery", "domain_group")
    op.create_index("ix_delivery_due", "delivery", ["next_at", "id"], **PENDING)
    op.drop_table("domain_pace")
