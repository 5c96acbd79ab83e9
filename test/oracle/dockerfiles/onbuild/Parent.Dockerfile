FROM peel.test/base:latest
ONBUILD COPY top.txt /triggered/
ONBUILD RUN echo "$KEY" > /ran
ONBUILD ENV KEY=after
ONBUILD ARG FROM_CHILD=default
ONBUILD RUN echo "$KEY $FROM_CHILD" > /ran-after
ENV KEY=before
RUN echo parent > /parent
WORKDIR /here
