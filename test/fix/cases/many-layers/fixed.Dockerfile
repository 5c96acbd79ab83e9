FROM toolbox
RUN yes one | head -c 50000 > /etc/settings \
 && yes two | head -c 50000 >> /etc/settings \
# the third
 && (cd /etc && yes three | head -c 50000 >> settings) \
 && (false || yes four | head -c 50000 >> /etc/settings) \
 && (for i in 5 6; do yes $i | head -c 5000 >> /etc/settings; done)
