"""What the engine's database says in the end, read without the engine: SQLite or PostgreSQL."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.chaos.ledger import Ledger

# Every operation and every part: its state, whose part it is, and how many outcomes are on record.
ROWS = """
SELECT s.workflow_uuid, s.name, s.status, s.parent_workflow_id, count(o.workflow_uuid)
  FROM {schema}workflow_status s LEFT JOIN {schema}workflow_output o ON o.workflow_uuid = s.workflow_uuid
 GROUP BY s.workflow_uuid, s.name, s.status, s.parent_workflow_id
"""
HELD = "SELECT DISTINCT executor_id FROM {schema}workflow_status WHERE status = 'PENDING'"
ENDED = {"SUCCESS", "ERROR", "CANCELLED"}
OPERATION, PART = "operation", "segment"


@dataclass(frozen=True, slots=True)
class Database:
    """One that a run used."""

    url: str

    @classmethod
    def of_folder(cls, data_dir: Path) -> "Database":
        """The SQLite of a data directory."""
        return cls(f"sqlite:///{data_dir}/operations.sqlite")

    @property
    def schema(self) -> str:
        """What stands before the names of tables."""
        return "" if self.url.startswith("sqlite") else "dbos."

    def select(self, sql: str) -> list[tuple[object, ...]]:
        """The rows of a statement with {schema} in it."""
        url = self.url.replace("postgresql://", "postgresql+psycopg://")
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql.format(schema=self.schema)))]

    def holders(self) -> set[str]:
        """Executors that work is assigned to just now."""
        return {str(executor) for (executor,) in self.select(HELD)}

    def contradictions(self, ledger: Ledger) -> list[str]:
        """Everything on record that does not fit what the clients were told."""
        rows = self.select(ROWS)
        operations = {str(row[0]): row for row in rows if row[1] == OPERATION}
        found = [
            f"{id} is on record, but no client knows it" for id in set(operations) - set(ledger.accepted)
        ]
        found += [f"{id} is not on record" for id in set(ledger.accepted) - set(operations)]
        for id, _, status, _, outcomes in rows:
            wanted = 0 if status == "CANCELLED" else 1
            if status not in ENDED or outcomes != wanted:
                found.append(f"{id} is {status} with {outcomes} outcomes on record")
        parts = Counter(str(row[3]) for row in rows if row[1] == PART)
        for id, job in ledger.accepted.items():
            finished = id in operations and operations[id][2] == "SUCCESS"
            if finished and job.recording.parts > 1 and parts[id] != job.recording.parts:
                found.append(f"{id} has {parts[id]} parts on record instead of {job.recording.parts}")
        return found
