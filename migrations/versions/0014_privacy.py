"""The audit keeps where and from which address, its head, and triggers that let no row be altered or cut off;
enrolments can be erased."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

WORDS = ("id", "at", "actor", "what", "subject_type", "subject_id", "before", "after", "personal",
         "organization_id", "address")


def upgrade() -> None:
    op.add_column("audit_row", sa.Column("organization_id", sa.Integer(), nullable=True))
    op.add_column("audit_row", sa.Column("address", sa.String(length=45), nullable=False, server_default=""))
    op.create_index("ix_audit_row_organization_id", "audit_row", ["organization_id", "id"], unique=False)
    op.create_index("ix_audit_row_actor", "audit_row", ["actor", "id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_single")),
    )
    op.execute("INSERT INTO audit_head (id, position, hash) SELECT 1, position, hash FROM audit_row "
               "WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1")
    op.add_column("enrolment", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    _guard()


def _guard() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("""
            CREATE FUNCTION audit_row_guard() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND
                   (to_jsonb(NEW) - 'position' - 'previous_hash' - 'hash') =
                   (to_jsonb(OLD) - 'position' - 'previous_hash' - 'hash') THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'audit rows are neither altered nor deleted';
            END $$""")
        op.execute("CREATE TRIGGER audit_row_unaltered BEFORE UPDATE OR DELETE ON audit_row "
                   "FOR EACH ROW EXECUTE FUNCTION audit_row_guard()")
        op.execute("CREATE TRIGGER audit_row_uncut BEFORE TRUNCATE ON audit_row "
                   "FOR EACH STATEMENT EXECUTE FUNCTION audit_row_guard()")
        return
    changed = " OR ".join(f'NEW."{word}" IS NOT OLD."{word}"' for word in WORDS)
    op.execute(f"""
        CREATE TRIGGER audit_row_unaltered BEFORE UPDATE ON audit_row
        WHEN OLD.position IS NOT NULL OR {changed}
        BEGIN SELECT RAISE(ABORT, 'audit rows are neither altered nor deleted'); END""")
    op.execute("""
        CREATE TRIGGER audit_row_uncut BEFORE DELETE ON audit_row
        BEGIN SELECT RAISE(ABORT, 'audit rows are neither altered nor deleted'); END""")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_row_unaltered ON audit_row")
        op.execute("DROP TRIGGER audit_row_uncut ON audit_row")
        op.execute("DROP FUNCTION audit_row_guard()")
    else:
        op.execute("DROP TRIGGER audit_row_unaltered")
        op.execute("DROP TRIGGER audit_row_uncut")
    op.drop_column("enrolment", "erased_at")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_row_actor", "audit_row")
    op.drop_index("ix_audit_row_organization_id", "audit_row")
    op.drop_column("audit_row", "address")
    op.drop_column("audit_row", "organization_id")
