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

-- expired
-- The operations that ended longest ago, if that is before the given moment.
SELECT workflow_uuid FROM workflow_status
 WHERE name = :workflow AND completed_at IS NOT NULL AND completed_at < :before_ms
 ORDER BY completed_at LIMIT :limit;

-- states
-- How many operations are in each state.
SELECT status, count(*) FROM workflow_status WHERE name = :workflow GROUP BY status;
