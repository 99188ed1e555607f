# The menu. `make` prints it; CI runs the same verbs and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
PY := $(BIN)/python
PYTEST := $(BIN)/pytest
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1
# Models and pictures are pulled once and shared by the stack and the tests.
export FOOTFALL_MODELS_DIR ?= $(CURDIR)/.cache/models

##@ Start here
.PHONY: help demo test coverage
help: ## Print this menu
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} /^[a-z0-9-]+:.*## / {printf "  \033[36m%-16s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup-run ## Bring up everything, play a shop's camera to it, show the visits
	@$(BIN)/footfall demo $(ARGS)

test: setup-run ## Unit, rpc, contract and integration tests on the real components; coverage of what needs no store
	@$(BIN)/footfall models pull --quiet
	@tools/checks/run_tests $(ARGS)
	@cd webui && npm run --silent test

coverage: setup-run ## The coverage of all those tests and modules together, which takes half an hour
	@$(BIN)/footfall models pull --quiet
	@MEASURE=all tools/checks/run_tests $(ARGS)

##@ The stack
.PHONY: dev-up dev-down status logs screenshot
dev-up: setup-run ## Start the stack without the demo camera
	@$(BIN)/footfall up $(ARGS)

dev-down: ## Stop everything that was started, and nothing else
	@if [ -x $(BIN)/footfall ]; then $(BIN)/footfall down; else echo "Nothing was set up."; fi

status: ## Say what runs, where, and how it does
	@$(BIN)/footfall status

logs: ## Follow the logs (make logs ARGS=core-1 for one component)
	@$(BIN)/footfall logs --follow $(ARGS)

screenshot: setup-run ## Write docs/images/live.png from the running demo, faces blurred
	@cd webui && node tools/screenshot.mjs

##@ Develop
.PHONY: setup setup-run fmt lint types check migration
setup: setup-run ## Install what is needed into .venv and webui/node_modules, and the git hooks
	@$(BIN)/pre-commit install --install-hooks >/dev/null 2>&1 || true

# Python and the console are set up side by side: each waits for the network most of the time.
setup-run:
	@tools/setup/console build & console=$$!; tools/setup/python; wait $$console

fmt: ## Format everything
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format --quiet .
	@$(BIN)/buf format -w proto
	@cd webui && npm run --silent fmt

lint: setup-run ## Linters, import rules, API rules and compatibility, secrets, gateway configuration
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports
	@$(BIN)/buf lint && $(BIN)/buf format --diff --exit-code proto
	@$(BIN)/buf breaking proto --against proto/baseline.binpb
	@$(BIN)/yamllint --strict .
	@$(PY) tools/checks/find_secrets.py
	@$(BIN)/footfall gateway check
	@cd webui && npm run --silent lint

types: setup-run ## mypy strict and tsc strict
	@$(BIN)/mypy
	@cd webui && npm run --silent types

check: lint types proto-check test ## Everything that CI asks for, but the end-to-end tests

migration: setup-run ## Begin a migration: make migration M="what it does"
	@$(PY) -m footfall_migrations.new "$(M)"

##@ Documents
.PHONY: docs
docs: setup-run ## Write what is generated into docs/
	@$(PY) tools/docs/permissions

##@ The API
.PHONY: proto proto-check proto-baseline
proto: setup-run ## Generate Python, TypeScript and the OpenAPI document from proto/
	@$(PY) tools/proto/vendor.py
	@tools/proto/generate

proto-check: setup-run ## Fail when generated code is stale
	@tools/proto/check

proto-baseline: setup-run ## At a release: what the next API is compared with
	@$(BIN)/buf build proto -o proto/baseline.binpb

##@ Prove
.PHONY: e2e fuzz test-console test-identity test-privacy test-reports test-security bench-ingest bench-edge accuracy-edge bench-replay kill-edge bench-preview bench-search bench-identity bench-fairness bench-reports bench-pages bench-console bench-lists bench-live faults-edge
e2e: setup-run ## The whole path on its own ports and data, with faults and a real browser
	@$(BIN)/footfall models pull --quiet
	@$(PYTEST) tests/e2e --timeout 900 $(ARGS)

# The console: components, bundle, every page on the core that lives in the tests, then on the demo's stack. Pictures of
# the pages are left in .cache/screens/mock and .cache/screens/stack.
test-console: setup-run ## The console's tests, its bundle report, and a picture of every page in .cache/screens
	@cd webui && npm run --silent test
	@cd webui && npm run --silent build | tail -40
	@cd webui && PLAYWRIGHT_OUTPUT=$(CURDIR)/.cache/screens/mock npm run --silent e2e:mock
	@PLAYWRIGHT_OUTPUT=$(CURDIR)/.cache/screens/stack $(PYTEST) tests/e2e/test_demo.py -k console --timeout 900 $(ARGS)
	@echo "Bundle:" && cd webui && node tools/budget.mjs
	@echo "Screens: .cache/screens"

# Who gets in, what they reach, and what is told of it.
SECURITY_TESTS := tests/security tests/integration/security tests/integration/server_access tests/integration/fuzz \
  $(addprefix tests/integration/server_storage/test_,rls.py site_wall.py audit_chain.py audit_commands.py \
  fair_connections.py last_admin_on_postgres.py oidc_accounts_on_postgres.py) \
  $(addprefix tests/integration/gateway/test_,edge_mtls.py limits.py headers.py odd_headers.py second_wall.py tls.py) \
  $(addprefix tests/integration/server/test_,authority_commands.py first_administrator.py cookies_through_gateway.py) \
  $(addprefix tests/contract/server_storage/test_,audit.py certificates.py enrolment_races.py image_store.py \
  people_signing_in.py sessions.py sites_kept_apart.py) \
  $(addprefix tests/rpc/server/test_,access.py accounts.py api_keys.py audit.py bad_values.py call_limits.py \
  certificates.py garbage.py oidc.py passwords.py revocations.py scope.py sessions.py users.py) \
  $(addprefix tests/unit/server/test_,account_services.py audit_chain.py authority.py call_costs.py fair_turns.py \
  key_rotation.py lockout.py oidc_accounts.py oidc_settings.py one_way_to_the_database.py password_policy.py \
  receiver_address.py secret_seal.py webhook_sender.py webhook_signature.py event_settings.py \
  session_properties.py session_rules.py token_bucket.py two_tenants_eye.py what_is_kept_in_memory.py) \
  tests/unit/settings tests/unit/supply_chain tests/integration/edge_diagnosis/test_local_http.py
test-security: setup-run ## Who gets in and what they reach: roles, tenants, sites, tokens, limits, the audit log
	@$(BIN)/footfall models pull --quiet
	@$(PYTEST) -n 2 --dist loadgroup $(SECURITY_TESTS) $(ARGS)

fuzz: setup-run ## 100,000 random and tampered messages over gRPC (ARGS="--seed 2"), then every JSON operation
	@$(BIN)/footfall models pull --quiet
	@PYTHONPATH=tests $(PY) tests/fuzz/fuzz_grpc.py $(ARGS)
	@PYTHONPATH=tests $(PY) tests/fuzz/fuzz_openapi.py

# Everything that says who is who, and which visits follow from it.
IDENTITY_TESTS := $(addprefix tests/unit/server/test_,identities.py matching.py thresholds.py clustering.py \
  nightly.py index_verification.py visit_properties.py visit_rebuild.py visit_rules.py business_day.py site_rules.py \
  merge_properties.py calibration.py model_changes.py tenant_models.py) \
  $(addprefix tests/rpc/server/test_,customers.py recognition.py explanations.py) \
  $(addprefix tests/contract/server_storage/test_,people.py customers.py models.py visit_rebuilding.py \
  face_index.py) \
  tests/integration/server_ingest tests/integration/server_models \
  tests/integration/server_storage/test_merging_on_postgres.py
# What reports count, and that kept days equal the visits.
REPORT_TESTS := $(addprefix tests/unit/server/test_,report_period.py report_days.py report_properties.py business_day.py \
  report_labels.py report_picture.py \
  camera_uptime.py visit_properties.py restatement.py restatement_properties.py report_verification.py occupancy.py \
  stay_properties.py error_rates.py) \
  $(addprefix tests/contract/server_storage/test_,reports.py report_days.py report_stays.py restatements.py uptime.py) \
  $(addprefix tests/rpc/server/test_,reports.py report_stays.py restatements.py tenant_settings.py) \
  $(addprefix tests/integration/server_storage/test_report_,commands.py refresh.py)
test-reports: setup-run ## What reports count: against an oracle, over days of any length, after every change
	@$(BIN)/footfall models pull --quiet
	@$(PYTEST) -n 2 --dist loadgroup $(REPORT_TESTS) $(ARGS)

# Where people are recognised, what goes by itself and when, and what is erased.
PRIVACY_TESTS := $(addprefix tests/unit/server/test_,image_purge.py template_expiry.py job_runner.py tenant_jobs.py \
  retention.py s3_buckets.py image_service.py upkeep_jobs.py \
  milvus_erasure.py camera_settings.py erasure_key.py erasure_sweep.py core_metrics.py \
  opt_out.py opt_outs.py opt_out_properties.py) \
  $(addprefix tests/contract/server_storage/test_,jobs.py customers.py places.py image_store.py erasures.py people.py retention.py opt_outs.py) \
  $(addprefix tests/rpc/server/test_,recognition_basis.py jobs.py customers.py camera_settings.py erasures.py retention.py opt_outs.py) \
  tests/unit/server/test_backup_sealing.py tests/unit/server/test_backup_folder.py tests/integration/server_backup \
  tests/unit/docs/test_what_is_kept.py \
  $(addprefix tests/integration/server_ingest/test_,purge_on_real_stores.py erasure_on_real_stores.py upkeep_on_real_stores.py) tests/integration/server_jobs \
  $(addprefix tests/unit/server/test_,outgoing_event.py webhook_delivery.py secret_seal.py) \
  tests/unit/edge/test_face_analyst.py tests/unit/edge/test_convert.py tests/rpc/edge/test_image_upload.py
test-privacy: setup-run ## Where nobody is recognised, what goes when, what is erased
	@$(BIN)/footfall models pull --quiet
	@$(PYTEST) -n 2 --dist loadgroup $(PRIVACY_TESTS) $(ARGS)

test-identity: setup-run ## Matching, merging, counting: its properties, and on the real stores
	@$(BIN)/footfall models pull --quiet
	@$(PYTEST) -n 2 --dist loadgroup $(IDENTITY_TESTS) $(ARGS)

bench-ingest: setup-run ## Events per second through RecordFace and Connect: one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/bench_ingest.py $(ARGS)

bench-edge: setup-run ## Milliseconds per frame beside OpenCV: one JSON line
	@$(BIN)/footfall models pull --quiet
	@$(BIN)/footfall models pull --quiet sface-2021dec-128
	@PYTHONPATH=tests $(PY) tests/bench/bench_edge.py $(ARGS)

bench-replay: setup-run ## A day's events after an outage of the core (ARGS="--core real"): one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/bench_replay.py $(ARGS)

accuracy-edge: setup-run ## Whether the edge tells each person of a scripted film once (FACES=folder): one JSON line
	@$(BIN)/footfall models pull --quiet
	@PYTHONPATH=tests $(PY) tests/bench/accuracy_edge.py $(if $(FACES),--faces $(FACES)) $(ARGS)

kill-edge: setup-run ## kill -9 of a worker at 200 random points (ARGS="--kills 20"): one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/kill_edge.py $(ARGS)

bench-preview: setup-run ## Frames of cameras from one replica to another: one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/bench_preview.py $(ARGS)

bench-search: setup-run ## Recall and price of a search by kind of index (FACES=folder): one JSON line
	@$(BIN)/footfall models pull --quiet
	@PYTHONPATH=tests $(PY) tests/bench/bench_search.py $(if $(FACES),--faces $(FACES)) $(ARGS)

bench-identity: setup-run ## Customers made per person on real pictures (FACES=folder): one JSON line
	@$(BIN)/footfall models pull --quiet
	@PYTHONPATH=tests $(PY) tests/bench/bench_identity.py $(if $(FACES),--faces $(FACES)) $(ARGS)

faults-edge: setup-run ## 100 camera faults of each kind (ARGS="--faults 5"): causes, recoveries; one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/faults_edge.py $(ARGS)

bench-fairness: setup-run ## What one tenant's flood does to another, with limits and without: one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/bench_fairness.py $(ARGS)

bench-reports: setup-run ## Reports over 10,000,000 visits of three years: one JSON line (ARGS="--plot reports.png")
	@PYTHONPATH=tests $(PY) tests/bench/bench_reports.py $(ARGS)

bench-pages: setup-run ## How long the core takes for pages of lists of 100,000 rows: one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/bench_pages.py $(ARGS)

bench-console: setup-run ## A storm of changes on the live page: one JSON line
	@cd webui && node tools/bench-console.mjs

bench-lists: setup-run ## Lists of 100,000 rows, scrolled to their end in a browser: a JSON line for each
	@cd webui && node tools/bench-lists.mjs

bench-live: setup-run ## From a worker's event to the live page in a browser: one JSON line
	@PYTHONPATH=tests $(PY) tests/bench/bench_live.py $(ARGS)

##@ What we ship
.PHONY: sbom audit wheels
sbom: setup-run ## Write bills of materials (CycloneDX 1.6) to build/sbom/
	@$(PY) tools/supply_chain/sbom.py

audit: setup-run ## Report known holes in dependencies; asks the network, never fails
	@$(PY) tools/supply_chain/audit.py

wheels: setup-run ## Ask whether every package of the edge worker has a wheel for arm64; needs the network
	@$(PY) tools/supply_chain/wheels.py

##@ Tidy up
.PHONY: clean
clean: ## Stop the stack and delete its data, the environment and everything built
	@if [ -x $(BIN)/footfall ]; then $(BIN)/footfall down --delete-data; fi
	@rm -rf .footfall .venv .cache build webui/node_modules webui/dist htmlcov .coverage .mypy_cache .ruff_cache .pytest_cache
