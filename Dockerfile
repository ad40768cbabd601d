# The program as one static binary, for the Jobs that `loghaul sweep --emit kubernetes` writes.
FROM rust:1.95-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM scratch
COPY --from=build /src/target/release/loghaul /loghaul
# As the Job's security context says: nobody in particular, and nothing to write to but what is mounted.
USER 65532:65532
ENTRYPOINT ["/loghaul"]
