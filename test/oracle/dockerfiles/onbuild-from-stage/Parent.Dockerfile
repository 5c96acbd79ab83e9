FROM peel.test/base:latest
ONBUILD COPY --from=files /f /f
ONBUILD RUN --mount=type=bind,from=files,target=/m cat /m/f > /mounted
