-- operation
-- One operation as the engine knows it, without its outcome. Parts of operations are not operations.
SELECT workflow_uuid AS id, status, authenticated_user AS subject_id, queue_partition_key AS folder_id,
       created_at AS created_ms, updated_at AS updated_ms, completed_at AS completed_ms
  FROM workflow_status
 WHERE workflow_uuid = :id AND name = :workflow;

-- operations
-- Several of them.
SELECT workflow_uuid AS id, status, authenticated_user AS subject_id, queue_partition_key AS folder_id,
       created_at AS created_ms, updated_at AS updated_ms, completed_at AS completed_ms
  FROM workflow_status
 WHERE workflow_uuid IN :ids AND name = :workflow;

-- steps
-- What is noted of the steps of operations; of `prepare` also what it returned.
SELECT workflow_uuid, function_name, completed_at_epoch_ms,
       CASE WHEN function_name = 'prepare' THEN output END
  FROM operation_outputs
 WHERE workflow_uuid IN :ids AND function_name IN ('fetch', 'prepare', 'recognise');

-- parts
-- How many parts of operations are done.
SELECT parent_workflow_id, count(*) FROM workflow_status
 WHERE parent_workflow_id IN :ids AND status = 'SUCCESS' GROUP BY parent_workflow_id;

-- outcome
-- What an operation left, a transcript or an error: texts that the serializer wrote.
SELECT output, error FROM workflow_output WHERE workflow_uuid = :id;

-- active
-- Every operation that still runs or will run; their scratch folders are in use.
SELECT workflow_uuid FROM workflow_status
 WHERE name = :workflow AND status IN ('ENQUEUED', 'PENDING', 'DELAYED');

-- unfinished
-- How many operations run or will run. Of 100,000 it takes some milliseconds, all from an index.
SELECT count(*) FROM workflow_status
 WHERE name = :workflow AND queue_name IN ('operations', 'long', 'deferred') AND status IN ('ENQUEUED', 'PENDING');

-- unfinished_of
-- The same for one folder.
SELECT count(*) FROM workflow_status
 WHERE name = :workflow AND queue_name IN ('operations', 'long', 'deferred') AND status IN ('ENQUEUED', 'PENDING')
   AND queue_partition_key = :folder_id;

-- expired
-- The operations that ended longest ago, if that is before the given moment.
SELECT workflow_uuid FROM workflow_status
 WHERE name = :workflow AND completed_at IS NOT NULL AND completed_at < :before_ms
 ORDER BY completed_at LIMIT :limit;

-- states
-- How many operations are in each state.
SELECT status, count(*) FROM workflow_status WHERE name = :workflow GROUP BY status;

-- of_other_versions
-- How many operations run or will run, of each version of the workflows but one.
SELECT application_version, count(*) FROM workflow_status
 WHERE name = :workflow AND status IN ('ENQUEUED', 'PENDING', 'DELAYED') AND application_version <> :version
 GROUP BY application_version;

-- waiting
-- How much waits in each queue, and since when the oldest of it; a part has the class of its operation.
-- An index has two statuses, so both are named, and then the one that waits.
SELECT CASE WHEN waiting.name = :workflow THEN 'operations' ELSE 'parts' END AS queue,
       CASE COALESCE(parent.queue_name, waiting.queue_name) WHEN 'deferred' THEN 'deferred' ELSE 'general' END
         AS class_queue,
       count(*) AS depth, min(waiting.created_at) AS oldest_ms
  FROM workflow_status waiting
  LEFT JOIN workflow_status parent ON parent.workflow_uuid = waiting.parent_workflow_id
 WHERE waiting.queue_name IN ('operations', 'long', 'deferred', 'segments') AND waiting.name IN (:workflow, :part)
   AND waiting.status IN ('ENQUEUED', 'PENDING') AND waiting.status = 'ENQUEUED'
 GROUP BY 1, 2;

-- holders
-- Everybody else who has work in hand, of one version of the workflows; some of them may be dead.
SELECT DISTINCT executor_id FROM workflow_status
 WHERE status = 'PENDING' AND application_version = :version AND executor_id <> :mine;

-- alive
-- Does the database answer at all?
SELECT 1;

-- workers
-- PostgreSQL only: how many workers hold their lock (engine/lease.py), of one version.
SELECT count(*) FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :kind
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database());

-- hand_back
-- Put into their queues again what ran here: we end in good order, so no attempt was lost on it.
UPDATE workflow_status
   SET status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL,
       recovery_attempts = recovery_attempts - 1
 WHERE executor_id = :mine AND status = 'PENDING' AND queue_name IS NOT NULL;

-- taken
-- Everything that an executor took from the queues and has not ended, with the token of each taking.
SELECT workflow_uuid, owner_xid FROM workflow_status
 WHERE executor_id = :mine AND status = 'PENDING' AND owner_xid IS NOT NULL AND queue_name IS NOT NULL;

-- put_back
-- One of those, unless it was taken anew since.
UPDATE workflow_status
   SET status = 'ENQUEUED', owner_xid = NULL, started_at_epoch_ms = NULL
 WHERE workflow_uuid = :id AND status = 'PENDING' AND executor_id = :mine AND owner_xid = :token;

-- dead
-- Operations that failed, whoever's fault it was, with why; the newest first, from behind a certain one.
SELECT s.workflow_uuid, s.queue_partition_key, s.status, s.created_at, coalesce(s.completed_at, s.updated_at),
       o.error
  FROM workflow_status s LEFT JOIN workflow_output o ON o.workflow_uuid = s.workflow_uuid
 WHERE s.name = :workflow AND s.status IN ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
   AND (s.created_at < :before_ms OR (s.created_at = :before_ms AND s.workflow_uuid < :before_id))
 ORDER BY s.created_at DESC, s.workflow_uuid DESC LIMIT :limit;

-- dead_one
-- One operation in the same shape, failed or not.
SELECT s.workflow_uuid, s.queue_partition_key, s.status, s.created_at, coalesce(s.completed_at, s.updated_at),
       o.error
  FROM workflow_status s LEFT JOIN workflow_output o ON o.workflow_uuid = s.workflow_uuid
 WHERE s.workflow_uuid = :id AND s.name = :workflow;

-- dead_of
-- Which of these operations failed: their files may be wanted again.
SELECT workflow_uuid FROM workflow_status
 WHERE workflow_uuid IN :ids AND name = :workflow AND status IN ('ERROR', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED');

-- replay_queue
-- Where a failed operation waited, if that is still known; what it was given, and how many bytes it fetched.
SELECT s.queue_name, i.inputs, f.output
  FROM workflow_status s
  LEFT JOIN workflow_input i ON i.workflow_uuid = s.workflow_uuid
  LEFT JOIN operation_outputs f ON f.workflow_uuid = s.workflow_uuid AND f.function_name = 'fetch'
 WHERE s.workflow_uuid = :id;

-- replay
-- A failed operation is as if it had just been accepted, but keeps its place in time.
UPDATE workflow_status
   SET status = 'ENQUEUED', queue_name = :queue, application_version = :version, recovery_attempts = 0,
       owner_xid = NULL, started_at_epoch_ms = NULL, completed_at = NULL, workflow_deadline_epoch_ms = NULL,
       updated_at = :now_ms
 WHERE workflow_uuid = :id AND status = :status;

-- replay_inputs
-- What its parts were given …
DELETE FROM workflow_input
 WHERE workflow_uuid IN (SELECT workflow_uuid FROM workflow_status WHERE parent_workflow_id = :id);

-- replay_outputs
-- … what they and it left …
DELETE FROM workflow_output
 WHERE workflow_uuid = :id
    OR workflow_uuid IN (SELECT workflow_uuid FROM workflow_status WHERE parent_workflow_id = :id);

-- replay_steps
-- … the notes of their steps …
DELETE FROM operation_outputs
 WHERE workflow_uuid = :id
    OR workflow_uuid IN (SELECT workflow_uuid FROM workflow_status WHERE parent_workflow_id = :id);

-- replay_parts
-- … and the parts themselves.
DELETE FROM workflow_status WHERE parent_workflow_id = :id;
