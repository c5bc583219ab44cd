# operatord in an image, compiled here with Swift's image. docs/deployment.md tells how it is run.
#   docker build -t operatord:latest .
#   docker build --target demo-agent -t operatord/demo-agent:latest .
# Both bases are arguments, for a mirror or images that were imported. Dockerfile.packaged takes a binary that is already
# built: a file of its own, since the classic builder makes every stage before the target, whether it is needed or not.
ARG BUILDER_IMAGE=swift:6.3-bookworm
ARG RUNTIME_IMAGE=debian:bookworm-slim

FROM ${BUILDER_IMAGE} AS builder
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        binutils ca-certificates git libcrypt-dev libsqlite3-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The packages first, so that an edit of a source does not fetch them anew.
COPY Package.swift ./
RUN swift package resolve
COPY Sources Sources
COPY Tests Tests
COPY bench bench
# With Swift's library inside, the runtime stage needs nothing of Swift. The demo agent is static by Package.swift.
RUN swift build -c release --static-swift-stdlib --product operatord \
    && swift build -c release --product demo-agent \
    && strip -o /operatord .build/release/operatord \
    && strip -o /demo-agent .build/release/demo-agent \
    && echo 'hosts: files dns' >/nsswitch.conf

# What images/demo-agent/build makes from a binary of the host.
FROM scratch AS demo-agent
COPY --from=builder /demo-agent /demo-agent
COPY --from=builder /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=builder /nsswitch.conf /etc/nsswitch.conf
USER 65534:65534
EXPOSE 8080
ENTRYPOINT ["/demo-agent"]

FROM ${RUNTIME_IMAGE} AS runtime
# git follows a repository with the configuration; the libraries are those that the binary names.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates git libcrypt1 libsqlite3-0 libstdc++6 openssh-client zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
COPY deploy/healthcheck /usr/local/bin/operatord-healthcheck
# An installation without a checkout mounts its own stack.yaml, backends.json and seeds over these.
COPY stack.yaml backends.json /etc/operatord/
COPY seeds /etc/operatord/seeds
COPY frontend/public /etc/operatord/frontend/public
WORKDIR /etc/operatord
EXPOSE 18080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=6 CMD ["operatord-healthcheck"]
# No USER: which one may use the daemon's socket is known on the host alone. docker-compose.yml sets it.
ENTRYPOINT ["operatord"]
CMD ["serve", "--config", "/etc/operatord/stack.yaml"]

FROM runtime AS operatord
COPY --from=builder /operatord /usr/local/bin/operatord
