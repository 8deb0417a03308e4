# The airlock command as a minimal image: for `airlock check`, `airlock rules` and policy tests in CI.
# The gate itself runs on the host (see docs/install.md): dockerd needs its authorization plugin before it can start
# a container.
#
#   docker build --build-arg GO_IMAGE=golang:1.26-bookworm@sha256:… -t airlock .
#
# GO_IMAGE has no default on purpose: name a Go image by digest that you trust. The build uses no shell, so any image
# with a Go toolchain will do.
ARG GO_IMAGE
FROM ${GO_IMAGE} AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-trimpath GOTOOLCHAIN=local
COPY go.mod go.sum ./
COPY cmd cmd
COPY bundle bundle
COPY plugin plugin
COPY policies policies
RUN ["go", "build", "-ldflags=-s -w", "-o", "/out/airlock", "./cmd/airlock"]

FROM scratch
COPY --from=build /out/airlock /airlock
USER 65532:65532
ENTRYPOINT ["/airlock"]
CMD ["--help"]
