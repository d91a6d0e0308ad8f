"""The database's own refusal to change what the audit trail holds, in the words of SQLite and of PostgreSQL."""

from typing import Final

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE: Final = "audit_auditevent"
REFUSAL: Final = "The audit trail is never changed: events are only added."

_SQLITE: Final = """
    CREATE TRIGGER IF NOT EXISTS audit_no_{event} BEFORE {event} ON {table}
    BEGIN SELECT RAISE(ABORT, '{refusal}'); END
"""
_POSTGRESQL_FUNCTION: Final = """
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{refusal}'; END $$
"""
_POSTGRESQL: Final = """
    CREATE OR REPLACE TRIGGER audit_no_{event} BEFORE {event} ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
"""
MADE: Final = {
    "sqlite": tuple(_SQLITE.format(event=event, table=TABLE, refusal=REFUSAL) for event in ("UPDATE", "DELETE")),
    "postgresql": (
        _POSTGRESQL_FUNCTION.format(refusal=REFUSAL),
        *(_POSTGRESQL.format(event=event, table=TABLE) for event in ("UPDATE", "DELETE", "TRUNCATE")),
    ),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers where they are missing."""
    if TABLE not in connection.introspection.table_names():
        return  # migrations may stop before this application
    with connection.cursor() as cursor:
        for statement in MADE[connection.vendor]:
            cursor.execute(statement)
