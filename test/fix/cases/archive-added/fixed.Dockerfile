FROM toolbox AS base
RUN mkdir -p /opt

FROM scratch AS tools-files
ADD tools.tar.gz /tmp/tools/

FROM base
RUN --mount=type=bind,from=tools-files,source=/tmp/tools,target=/tmp/tools,rw \
    cp /tmp/tools/bin/hammer /opt/hammer
