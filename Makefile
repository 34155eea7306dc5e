# Rust and a C compiler must be here; PostgreSQL's server programs are looked for, and installed
# where that is possible without asking anybody.

.PHONY: run test check openapi schema postgres

# A city of your own, with its database below data/.
run: postgres
	cargo run

test: postgres
	cargo test --workspace

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

# Rewrites the committed document from the handlers. Moved into place only when it is whole.
openapi:
	@mkdir -p target openapi
	cargo run --quiet -- openapi > target/citygate.json
	mv target/citygate.json openapi/citygate.json

# Rewrites each crate's schema.rs from a freshly migrated database.
schema:
	scripts/schema.sh

postgres:
	@scripts/postgres.sh
