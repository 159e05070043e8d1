"""Who signed up has a private calendar of it: a feed's holder is a person of the staff or a mailbox with a name."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ENROLMENT = sa.table("enrolment", sa.column("id", sa.Integer), sa.column("email", sa.String),
                     sa.column("name_key", sa.String), sa.column("holder", sa.String))


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("holder", sa.String(length=64), nullable=False, server_default=""))
    bind = op.get_bind()
    for row in bind.execute(sa.select(ENROLMENT.c.id, ENROLMENT.c.email, ENROLMENT.c.name_key).where(
            ENROLMENT.c.email != "")).all():
        holder = hashlib.sha256(f"{row.email}\x1f{row.name_key}".encode()).hexdigest()
        bind.execute(ENROLMENT.update().where(ENROLMENT.c.id == row.id).values(holder=holder))
    op.create_index("ix_enrolment_holder", "enrolment", ["holder"])
    with op.batch_alter_table("feed_token") as table:
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("holder", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("enrolment_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_feed_token_enrolment_id_enrolment", "enrolment", ["enrolment_id"], ["id"],
                                 ondelete="SET NULL")
        table.create_check_constraint(op.f("ck_feed_token_one_holder"), "(person_id IS NULL) <> (holder IS NULL)")
    op.create_index("ix_feed_token_holder", "feed_token", ["holder"])
    op.create_index("ix_feed_token_enrolment_id", "feed_token", ["enrolment_id"])


def downgrade() -> None:
    op.execute("DELETE FROM feed_token WHERE person_id IS NULL")
    op.drop_index("ix_feed_token_enrolment_id", "feed_token")
    op.drop_index("ix_feed_token_holder", "feed_token")
    with op.batch_alter_table("feed_token") as table:
        table.drop_constraint(op.f("ck_feed_token_one_holder"), type_="check")
        table.drop_constraint("fk_feed_token_enrolment_id_enrolment", type_="foreignkey")
        table.drop_column("enrolment_id")
        table.drop_column("holder")
        table.alter_column("person_id", existing_type=sa.Integer(), nullable=False)
    op.drop_index("ix_enrolment_holder", "enrolment")
    op.drop_column("enrolment", "holder")
