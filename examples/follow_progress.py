"""Submit once, whatever happens in between, and watch the progress.

    python examples/follow_progress.py http://127.0.0.1:8080 KEY s3://calls/2026/call-17.ogg

The idempotency key is made from the link: run it again, and it follows the operation of the first run.
"""

import sys

import govor
from govor.client import errors

server, key, link = sys.argv[1:]
with govor.Client(server, key) as client:
    try:
        operation = client.submit(link, idempotency_key=f"example {link}"[:128])
        for change in client.follow(operation.id):
            print(f"{change.progress:4.0%} {change.stage}")
        print(client.transcript(operation.id).text)
    except errors.QuotaExceeded as error:
        sys.exit(f"come again in {error.retry_after_seconds} s")
    except errors.ClientError as error:
        sys.exit(f"{error}")  # says what was found, how to mend it, and the request's id
