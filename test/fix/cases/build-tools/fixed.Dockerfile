FROM toolbox
COPY main.c /src/main.c
RUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/* \
 && cc /usr/bin/main /src/main.c \
 && apt-get purge -y gcc && rm -f /tmp/main.o
