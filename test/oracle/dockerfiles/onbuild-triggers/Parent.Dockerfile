FROM peel.test/base:latest
ONBUILD ARG v=1
ONBUILD RUN test ! -e /triggered || touch /again; echo $v > /triggered
ONBUILD COPY top.txt /copied/
ONBUILD WORKDIR /w
