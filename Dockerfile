# Bellwether in a small image without a shell, as a user without rights.
#
#   docker build -t bellwether .
#   docker run -p 8080:8080 -v ./bellwether.toml:/bellwether/bellwether.toml:ro \
#     -v bellwether-data:/bellwether/data bellwether
#
# In the container's bellwether.toml, `listen` must be "0.0.0.0:8080"; `data_dir` stays "data".

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --profile dist --locked --bin bellwether \
 && mkdir -p /out/data \
 && cp target/dist/bellwether /out/

# glibc, CA certificates and time zones; its user `nonroot` is 65532.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/bellwether /usr/local/bin/bellwether
COPY --from=build --chown=65532:65532 /out/data /bellwether/data
WORKDIR /bellwether
USER 65532:65532
VOLUME /bellwether/data
EXPOSE 8080
STOPSIGNAL SIGTERM
# Asks http://127.0.0.1:8080/readyz; give another URL as an argument where `listen` differs.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/bellwether", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/bellwether"]
CMD ["serve"]
