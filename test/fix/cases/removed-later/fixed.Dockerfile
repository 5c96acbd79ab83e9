FROM toolbox

# what the program is made of
RUN mkdir /build && yes object | head -c 2000000 > /build/objects \
 && yes program | head -c 5000 > /usr/bin/program \
 && rm -rf /build

# tidy up
RUN echo done > /etc/built
CMD ["program"]
