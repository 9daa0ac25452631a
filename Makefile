.PHONY: demo test check bench chaos soak fuzz audit conformance screenshots serve clean

demo:  ## set everything up and transcribe a recording through the API
	@scripts/setup
	@.venv/bin/python -m scripts.demo

test:  ## set everything up and run the tests
	@scripts/setup dev
	@.venv/bin/python -m pytest $(PYTEST)

check:  ## format, lint and types, as CI runs them
	@scripts/setup dev
	@scripts/check

bench:  ## the numbers quoted in the documents
	@scripts/setup dev
	@.venv/bin/python -m bench

chaos:  ## 2,000 jobs under kills, stops, outages and full disks; CHAOS="--seed 7 --jobs 100" for less
	@scripts/setup dev
	@.venv/bin/python -m bench.chaos $(CHAOS)

screenshots:  ## the pictures of the web page in docs/screenshots
	@scripts/setup dev
	@scripts/browser
	@.venv/bin/python -m scripts.screenshots

soak:  ## an hour of work: does memory stay where it is?; SOAK="--minutes 10" for less
	@scripts/setup dev
	@.venv/bin/python -m bench.soak $(SOAK)

fuzz:  ## the readers of strangers' bytes, for minutes; FUZZ="--minutes 60 --only json-v2" for others
	@scripts/setup dev
	@.venv/bin/python -m tests.fuzz $(FUZZ)

audit:  ## known vulnerabilities of the pinned dependencies, asked of osv.dev
	@scripts/setup dev
	@.venv/bin/python -m scripts.audit

conformance:  ## programs that others wrote for SpeechKit, against a real service (installs them from PyPI)
	@scripts/setup dev
	@.venv/bin/python -m conformance $(CLIENTS)

serve:  ## the service on 127.0.0.1:8080 (REST) and 127.0.0.1:50051 (gRPC)
	@scripts/setup
	@.venv/bin/govor serve

clean:  ## remove the environment and caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
