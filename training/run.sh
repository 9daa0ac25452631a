#!/bin/sh -e
# From data to number: sh training/run.sh DATA FESTVOX PROMPTS [MINUTES]
# DATA holds ru-text, ru-synthetic, voxforge-ru-mfcc; FESTVOX is festvox-ru's msu_ru_nsh_clunits; PROMPTS holds
# recorded telephone prompts with their manifest.tsv; GOVOR_TRAINING_BOOKS names folders of books. README.md says what each is and which programs are needed.
data=$1 festvox=$2 prompts=$3 minutes=${4:-110}
cd "$(dirname "$0")/.."
python=${GOVOR_TRAINING_PYTHON:-python3}
export PYTHONPATH=src OMP_WAIT_POLICY=passive

"$python" -m training.data --data "$data"
# shellcheck disable=SC2086 - several folders
"$python" -m training.texts --data "$data" --festvox "$festvox" --books ${GOVOR_TRAINING_BOOKS:-}
"$python" -m training.synthesise
until=$(date -u -d "+$minutes minutes" +%H:%M)
"$python" -m training.train --until "$until" --pause-hours 45  # good enough to find the words of known texts
"$python" -m training.cuts
"$python" -m training.train --until "$until"
"$python" -m training.export
"$python" -m training.language_model
"$python" -m training.tune --data "$data" --festvox "$festvox" --prompts "$prompts"
"$python" -m training.export  # once more, for the hashes of all files
"$python" -m training.evaluate --data "$data" --festvox "$festvox" --prompts "$prompts" --sets dev test \
    --out models/ru-small/results.json
