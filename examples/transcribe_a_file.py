"""One recording to text.

python examples/transcribe_a_file.py http://127.0.0.1:8080 KEY interview.ogg
"""

import sys

import govor

server, key, path = sys.argv[1:]
with govor.Client(server, key) as client:
    transcript = client.transcribe(path, literature_text=True)
for utterance in transcript.utterances:
    print(f"{utterance.start:7.2f}  {utterance.channel}: {utterance.text}")
