# syntax=docker/dockerfile:1

FROM rust:1.95-trixie AS build
WORKDIR /citygate
COPY . .
# The caches keep compiled dependencies between builds; only the binary leaves them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/citygate/target \
    cargo build --release --locked --bin citygate && \
    cp target/release/citygate /usr/local/bin/citygate

# The same Debian as above: the binary is linked with its C library.
FROM debian:trixie-slim
# The roots that mail servers, webhook receivers and card processors are verified by.
RUN apt-get update && \
    apt-get install -y --no-install-recommends ca-certificates && \
    rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home citygate && \
    install -d -o citygate -g citygate -m 0700 /var/lib/citygate /var/lib/citygate/keys
COPY --from=build /usr/local/bin/citygate /usr/local/bin/citygate

USER citygate
WORKDIR /var/lib/citygate
# No PostgreSQL in here: DATABASE_URL names one.
ENV CITYGATE_DATA_DIR=/var/lib/citygate CITYGATE_HTTP__LISTEN=0.0.0.0:8080
EXPOSE 8080

# bash can open a connection by itself, so no client has to be installed for this one question.
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

ENTRYPOINT ["citygate"]
CMD ["serve"]
